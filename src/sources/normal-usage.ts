import type { EventData } from '../model/event.ts';

/** Tokens of a request as a client counts them. */
export type ToldUsage = {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** Written to a cache, of whatever lifetime: what is not told to live an hour counts as five minutes. */
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly reasoning?: number | undefined;
  /** All of the request, where the client adds up itself: tells whether reasoning is inside of output. */
  readonly total?: number | undefined;
};

/** How a client counts. */
export type UsageForm = {
  /** Whether `input` holds what was read from and written to a cache. */
  readonly cacheInInput: boolean;
  /** Whether `output` holds reasoning, where no total tells. */
  readonly reasoningInOutput: boolean;
};

/**
 * The normal form: parts that add up to all tokens of the request, reasoning a part of the output. What a client does
 * not tell stays absent; parts that are larger than their whole leave 0 of it.
 */
export function normalUsage(told: ToldUsage, form: UsageForm): EventData {
  const { input, output, cacheRead, cacheWrite1h, reasoning } = told;
  const cacheWrite5m =
    told.cacheWrite5m ??
    (told.cacheWrite === undefined ? undefined : Math.max(0, told.cacheWrite - (cacheWrite1h ?? 0)));
  const cached = (cacheRead ?? 0) + (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  const outside = !reasoningInside(told, form) && reasoning !== undefined;
  return {
    input_tokens: input === undefined || !form.cacheInInput ? input : Math.max(0, input - cached),
    output_tokens: outside ? (output ?? 0) + reasoning : output,
    cached_tokens: cacheRead,
    cache_write_5m_tokens: cacheWrite5m,
    cache_write_1h_tokens: cacheWrite1h,
    reasoning_tokens: reasoning,
  };
}

function reasoningInside({ input = 0, output = 0, reasoning = 0, total }: ToldUsage, form: UsageForm): boolean {
  if (reasoning > 0 && total === input + output) return true;
  if (reasoning > 0 && total === input + output + reasoning) return false;
  return form.reasoningInOutput;
}
