import type { EventData } from '../../model/event.ts';
import type { JsonObject } from '../amicus-state/read-value.ts';
import { normalUsage } from '../normal-usage.ts';
import { amountAt, countAt, microsAt, objectAt, wordAt } from './line-text.ts';

/** What a line tells of the request that it is a part of the answer to. */
export type AnswerFacts = {
  /** The request's id, the same in every copy of its lines. */
  readonly key: string;
  readonly atMicros: number;
  readonly sessionId: string | undefined;
  readonly agentId: string | undefined;
  readonly model: string | undefined;
  readonly usage: EventData;
  readonly speed: 'standard' | 'fast' | 'batch';
  /** Written by old versions only. */
  readonly costUsd: number | undefined;
  /** A reason to stop stands on the line, so that the usage is final; old versions wrote none while the answer streamed. */
  readonly isWhole: boolean;
};

/** The facts of a line that was parsed; nothing where it has no usage. */
export function answerFacts(line: JsonObject): AnswerFacts | undefined {
  const message = objectAt(line, 'message');
  const usage = objectAt(message, 'usage');
  const atMicros = microsAt(line, 'timestamp');
  // Resumed and forked sessions repeat lines under other ids of lines; the request's own ids stay.
  const key = wordAt(line, 'requestId') ?? wordAt(message, 'id') ?? wordAt(line, 'uuid');
  if (usage === undefined || atMicros === undefined || key === undefined) return undefined;
  const lifetimes = objectAt(usage, 'cache_creation');
  return {
    key,
    atMicros,
    sessionId: wordAt(line, 'sessionId'),
    agentId: wordAt(line, 'agentId'),
    model: wordAt(message, 'model'),
    usage: claudeUsage({
      input: countAt(usage, 'input_tokens'),
      output: countAt(usage, 'output_tokens'),
      cacheRead: countAt(usage, 'cache_read_input_tokens'),
      cacheWrite: countAt(usage, 'cache_creation_input_tokens'),
      cacheWrite5m: countAt(lifetimes, 'ephemeral_5m_input_tokens'),
      cacheWrite1h: countAt(lifetimes, 'ephemeral_1h_input_tokens'),
      reasoning: countAt(objectAt(usage, 'output_tokens_details'), 'thinking_tokens'),
    }),
    speed: speedOf(usage['service_tier'], usage['speed']),
    costUsd: amountAt(line, 'costUSD'),
    isWhole: typeof message?.['stop_reason'] === 'string',
  };
}

/** Claude counts cached tokens apart from input, and thinking as output. */
export function claudeUsage(told: Parameters<typeof normalUsage>[0]): EventData {
  return normalUsage(told, { cacheInInput: false, reasoningInOutput: true });
}

/** The class of price. */
export function speedOf(tier: unknown, speed: unknown): AnswerFacts['speed'] {
  if (tier === 'batch') return 'batch';
  return speed === 'fast' ? 'fast' : 'standard';
}
