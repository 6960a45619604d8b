import { readFileSync } from 'node:fs';
import type { OtlpRequest } from '../../src/sources/otlp/otlp-translator.ts';
import type { Signal } from '../../src/sources/otlp/telemetry.ts';

/** A recorded push of a client: folder and name of the file in test/fixtures/clients, without its ending. */
export type ClientSample = { readonly client: string; readonly file: string; readonly signal: Signal };

const sample = (client: string, signal: Signal, suffix = ''): ClientSample => ({
  client,
  file: `otlp-${signal}${suffix}`,
  signal,
});

/** Every recorded push, each there as JSON and as protobuf. */
export const CLIENT_SAMPLES: readonly ClientSample[] = [
  sample('claude-code', 'logs'),
  sample('claude-code', 'logs', '-errors'),
  sample('claude-code', 'logs', '-mcp'),
  sample('claude-code', 'metrics'),
  sample('claude-code', 'traces'),
  sample('codex', 'logs'),
  sample('codex', 'metrics'),
  sample('copilot-cli', 'metrics'),
  sample('copilot-cli', 'traces'),
  sample('gemini-cli', 'logs'),
  sample('gemini-cli', 'logs', '-mcp'),
  sample('gemini-cli', 'metrics'),
  sample('opencode', 'traces'),
  sample('qwen-code', 'logs'),
  sample('qwen-code', 'logs', '-mcp'),
  sample('qwen-code', 'metrics'),
];

export function sampleBytes({ client, file }: ClientSample, encoding: 'json' | 'protobuf'): Buffer {
  return readFileSync(`test/fixtures/clients/${client}/${file}.${encoding === 'json' ? 'json' : 'pb'}`);
}

export function sampleRequest(given: ClientSample, encoding: 'json' | 'protobuf'): OtlpRequest {
  return { signal: given.signal, encoding, bytes: sampleBytes(given, encoding), node: undefined };
}

/** Tokens in the normal form, and the client's own figure of the cost. */
export type UsageTotals = Readonly<Record<string, number | undefined>>;

/** What the samples' makers know of each client, by feed: sums of the normal form's fields. */
export const KNOWN_USAGE: Readonly<Record<string, UsageTotals>> = {
  'claude-code events': {
    requests: 7,
    input_tokens: 728,
    output_tokens: 616,
    cached_tokens: 140_000,
    cache_write_5m_tokens: 2_100,
    cache_write_1h_tokens: 4_900,
    reported_cost_usd: 0.092932,
  },
  'claude-code metrics': {
    input_tokens: 728,
    output_tokens: 616,
    cached_tokens: 140_000,
    cache_write_5m_tokens: 7_000,
    reported_cost_usd: 0.092932,
  },
  'codex events': {
    requests: 2,
    input_tokens: 357,
    output_tokens: 154,
    cached_tokens: 2_048,
    cache_write_5m_tokens: 0,
    reasoning_tokens: 66,
  },
  'codex metrics': {
    input_tokens: 357,
    output_tokens: 154,
    cached_tokens: 2_048,
    cache_write_5m_tokens: 0,
    reasoning_tokens: 66,
  },
  'copilot-cli metrics': {
    input_tokens: 534,
    output_tokens: 231,
    cached_tokens: 3_072,
    cache_write_5m_tokens: 0,
    reasoning_tokens: 99,
  },
  'copilot-cli spans': {
    requests: 3,
    input_tokens: 534,
    output_tokens: 231,
    cached_tokens: 3_072,
    reasoning_tokens: 99,
  },
  'gemini-cli events': {
    requests: 4,
    input_tokens: 714,
    output_tokens: 440,
    cached_tokens: 4_096,
    reasoning_tokens: 132,
  },
  'gemini-cli metrics': {
    input_tokens: 714,
    output_tokens: 440,
    cached_tokens: 4_096,
    reasoning_tokens: 132,
  },
  'opencode spans': {
    requests: 3,
    input_tokens: 2_736,
    output_tokens: 156,
    cached_tokens: 306,
    reasoning_tokens: 36,
  },
  'qwen-code events': {
    requests: 2,
    input_tokens: 355,
    output_tokens: 154,
    cached_tokens: 2_048,
    reasoning_tokens: 66,
  },
  'qwen-code metrics': {
    input_tokens: 355,
    output_tokens: 154,
    cached_tokens: 2_048,
    reasoning_tokens: 66,
  },
};
