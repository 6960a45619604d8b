import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { countAt } from './line-text.ts';

/** A fork writes its parent's records in one go; the first answer of its own takes longer than this. */
const REPLAY_MICROS = 1_000_000;

const PARTS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens',
] as const;

/**
 * Usage from running totals, as versions of Codex wrote it that had no record of each request. A total may be repeated
 * unchanged, so only its growth counts; and a fork or a sub-agent's file begins with its parent's, which is not its own.
 */
export class CodexTotals {
  /** Set once the file has records of its requests: the totals beside them count nothing more. */
  hasRecords: boolean;
  #replayUntilMicros: number;
  #before: Readonly<Record<string, number>>;

  constructor(remembered: unknown) {
    const memory = isObject(remembered) ? remembered : {};
    this.hasRecords = memory['records'] === true;
    this.#replayUntilMicros = countAt(memory, 'replay') ?? 0;
    const before = isObject(memory['before']) ? memory['before'] : undefined;
    this.#before = Object.fromEntries(PARTS.map((part) => [part, countAt(before, part) ?? 0]));
  }

  toJson() {
    return {
      records: this.hasRecords || undefined,
      replay: this.#replayUntilMicros || undefined,
      before: this.#before,
    };
  }

  replayedUntil(startMicros: number): void {
    this.#replayUntilMicros = startMicros + REPLAY_MICROS;
  }

  /** What was used since the total before, with the running total under `cumulative`; nothing where it did not grow. */
  next(total: JsonObject | undefined, atMicros: number): Readonly<Record<string, number>> | undefined {
    if (total === undefined || this.hasRecords) return undefined;
    const now = Object.fromEntries(PARTS.map((part) => [part, countAt(total, part) ?? 0]));
    const before = this.#before;
    const cumulative = now['total_tokens'] ?? 0;
    // A total that shrank was begun anew.
    const grown = cumulative >= (before['total_tokens'] ?? 0);
    this.#before = now;
    if (atMicros < this.#replayUntilMicros) return undefined;
    const used = Object.fromEntries(
      PARTS.map((part) => [part, Math.max(0, (now[part] ?? 0) - (grown ? (before[part] ?? 0) : 0))]),
    );
    return used['total_tokens'] === 0 ? undefined : { ...used, cumulative };
  }
}
