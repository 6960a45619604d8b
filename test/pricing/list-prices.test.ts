import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';

import { estimateCost, openPriceBook, type Usage } from '../../src/pricing/index.ts';

const AT = Date.UTC(2026, 10, 22) * 1_000;
const book = openPriceBook({ directory: tmpdir() });

const CLAUDE: Usage = {
  input_tokens: 101,
  cached_tokens: 5_000,
  cache_write_5m_tokens: 300,
  cache_write_1h_tokens: 700,
  output_tokens: 88,
  requests: 1,
};
const GPT: Usage = { input_tokens: 1_202 - 1_024, cached_tokens: 1_024, output_tokens: 77, requests: 1 };
const GEMINI: Usage = { input_tokens: 1_201 - 1_024, cached_tokens: 1_024, output_tokens: 110, requests: 1 };

/** Figures of the vendors' own list prices; the first is what the client itself reported for that request. */
const LISTED: readonly (readonly [model: string, usage: Usage, nanos: bigint | undefined])[] = [
  ['claude-opus-5-5', CLAUDE, 10_264_000n],
  ['claude-fable-5-1', CLAUDE, 24_410_000n],
  ['claude-opus-5', CLAUDE, 14_080_000n],
  ['claude-opus-4-8', CLAUDE, 14_080_000n],
  ['claude-sonnet-5', CLAUDE, 5_632_000n],
  ['claude-haiku-4-5', CLAUDE, 2_816_000n],
  ['claude-haiku-5', CLAUDE, undefined],
  ['gpt-5.5', GPT, 3_712_000n],
  ['gpt-5.6-sol', GPT, 2_661_600n],
  ['gpt-6-sol', GPT, 1_330_800n],
  ['gpt-6-luna', GPT, 66_540n],
  ['gpt-6-astra', GPT, 6_654_000n],
  ['gpt-6.1-sol', GPT, undefined],
  ['gpt-5.5', { ...GPT, input_tokens: 300_000 - 1_024 }, 2_994_249_000n],
  ['gemini-3.1-pro-preview', GEMINI, 1_878_800n],
  ['gemini-3.5-flash', GEMINI, 1_409_100n],
  ['gemini-3.8-flash', GEMINI, 622_050n],
  ['gemini-3.5-pro', GEMINI, undefined],
  ['gemini-3.1-pro-preview', { ...GEMINI, input_tokens: 250_000 - 1_024 }, 998_293_600n],
];

const nanosOf = (usage: Usage, model: string): bigint | undefined => estimateCost(usage, model, AT, book)?.costNanos;

describe('list prices', () => {
  it.each(LISTED)('price %s with %j at %s nano-dollars', (model, usage, nanos) => {
    expect(nanosOf(usage, model)).toBe(nanos);
  });

  it('take the long-context rates for all tokens only above the limit', () => {
    const at = (input: number): bigint | undefined => nanosOf({ input_tokens: input, requests: 1 }, 'gpt-6-luna');
    expect(at(272_000)).toBe(27_200_000n);
    expect(at(272_001)).toBe(54_400_200n);
  });

  it('do not take a sum of several requests for one long request', () => {
    const usage: Usage = { input_tokens: 300_000 };
    expect(nanosOf({ ...usage, requests: 1 }, 'gpt-5.5')).toBe(3_000_000_000n);
    expect(nanosOf({ ...usage, feed: 'library' }, 'gpt-5.5')).toBe(3_000_000_000n);
    expect(nanosOf({ ...usage, requests: 40 }, 'gpt-5.5')).toBe(1_500_000_000n);
    expect(nanosOf({ ...usage, feed: 'metrics' }, 'gpt-5.5')).toBe(1_500_000_000n);
  });

  it('are those of the day of the request', () => {
    const input: Usage = { input_tokens: 1_000_000, requests: 1 };
    const on = (day: string): bigint | undefined =>
      estimateCost(input, 'o3', Date.parse(`${day}T00:00:00Z`) * 1_000, book)?.costNanos;
    expect(on('2025-06-09')).toBe(10_000_000_000n);
    expect(on('2025-06-11')).toBe(2_000_000_000n);
  });

  it('differ by the hour where the vendor says so', () => {
    const usage: Usage = { input_tokens: 1_000_000, requests: 1 };
    const at = (time: string): bigint | undefined =>
      estimateCost(usage, 'deepseek-reasoner', Date.parse(`2025-03-01T${time}Z`) * 1_000, book)?.costNanos;
    expect(at('12:00:00')).not.toBe(at('20:00:00'));
    expect(at('00:29:59')).toBe(at('20:00:00'));
    expect(at('00:30:00')).toBe(at('12:00:00'));
  });

  it('are halved for batches where the vendor does, and absent where nobody says', () => {
    expect(nanosOf({ ...CLAUDE, speed: 'batch' }, 'claude-opus-5-5')).toBe(5_132_000n);
    expect(nanosOf({ ...GPT, speed: 'batch' }, 'gpt-6-luna')).toBe(33_270n);
    expect(nanosOf({ ...GEMINI, speed: 'batch' }, 'gemini-3.5-flash')).toBeUndefined();
    expect(nanosOf({ ...CLAUDE, speed: 'fast' }, 'claude-opus-5-5')).toBeUndefined();
  });
});

describe('usage', () => {
  it('without any tokens has no price', () => {
    expect(nanosOf({}, 'gpt-5.5')).toBeUndefined();
    expect(nanosOf({ requests: 1 }, 'gpt-5.5')).toBeUndefined();
    expect(nanosOf({ output_tokens: 0 }, 'gpt-5.5')).toBe(0n);
  });

  it('that is no count of tokens has no price', () => {
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(nanosOf({ input_tokens: wrong, output_tokens: 1 }, 'gpt-5.5')).toBeUndefined();
    }
  });

  it('counts reasoning within the output once', () => {
    expect(nanosOf({ output_tokens: 100, reasoning_tokens: 60 }, 'gpt-5.5')).toBe(3_000_000n);
    expect(nanosOf({ output_tokens: 100, reasoning_tokens: 600 }, 'gpt-5.5')).toBe(3_000_000n);
  });
});

describe('the names of models', () => {
  it.each([
    ['claude-opus-5-5[1m]', 'claude-opus-5-5', 10_264_000n],
    ['claude-opus-5-5-20260901', 'claude-opus-5-5', 10_264_000n],
    ['claude-opus-5-5@20260901', 'claude-opus-5-5', 10_264_000n],
    ['anthropic/claude-opus-5-5', 'claude-opus-5-5', 10_264_000n],
    ['openrouter/anthropic/claude-opus-5.5', 'claude-opus-5-5', 10_264_000n],
    ['Claude-Opus-5-5', 'claude-opus-5-5', 10_264_000n],
  ])('take %s for %s', (told, entry, nanos) => {
    expect(estimateCost(CLAUDE, told, AT, book)).toMatchObject({ pricedModel: entry, costNanos: nanos });
  });

  it('keep the region where it changes the price', () => {
    const price = (model: string) => estimateCost({ input_tokens: 1_000, requests: 1 }, model, AT, book);
    expect(price('global.anthropic.claude-opus-5-5')?.costNanos).toBe(4_000_000n);
    expect(price('us.anthropic.claude-opus-5-5')?.costNanos).toBe(4_400_000n);
    expect(price('us.anthropic.claude-opus-5-5')?.pricedModel).toContain('claude-opus-5-5');
  });

  it('are not stretched to models that nobody knows', () => {
    for (const unknown of ['', 'auto', 'claude', 'gpt', 'big-pickle', 'x'.repeat(10_000), '[1m]', '/', '__proto__']) {
      expect(nanosOf(CLAUDE, unknown)).toBeUndefined();
    }
  });
});
