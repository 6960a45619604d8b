import type { Metric } from '../metrics/define-metric.ts';
import type { Clock } from '../model/clock.ts';
import type { EventData } from '../model/event.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a wrapper takes functions of every signature
export type AnyFunction = (this: any, ...args: any[]) => unknown;

/** How a tracked call ended, and what it took. */
export type TrackedCall<Args extends readonly unknown[] = readonly unknown[], Result = unknown> = {
  readonly args: Args;
  /** Absent when it threw. */
  readonly result?: Result;
  readonly failed: boolean;
  readonly durationMillis: number;
};

/**
 * Fields beside the duration and the outcome: constant, or taken from the call. What the callback returns is checked
 * like any event's data; what it throws is swallowed, and the event goes out without its fields.
 */
export type TrackData<F extends AnyFunction> =
  | EventData
  | ((call: TrackedCall<Parameters<F>, Awaited<ReturnType<F>>>) => EventData);

/** Takes the event of a finished call. Must not throw. */
type RecordCall = (data: EventData) => void;

const OUTCOME_FIELD = 'outcome';

/** The fields that a call's end gives by itself, where the metric declares them. */
function ownFields(metric: Metric, call: TrackedCall): EventData {
  const own: Record<string, number | string> = {};
  if (metric.fields['duration_ms'] !== undefined) own['duration_ms'] = call.durationMillis;
  if (metric.fields['duration_seconds'] !== undefined) own['duration_seconds'] = call.durationMillis / 1_000;
  const words = metric.fields[OUTCOME_FIELD]?.words ?? [];
  const word = call.failed ? (words.includes('failure') ? 'failure' : 'error') : 'success';
  if (words.includes(word)) own[OUTCOME_FIELD] = word;
  return own;
}

/**
 * Wrap a function so that each call of it becomes an event: how long it took (by the monotonic clock; for a promise,
 * until it settles) and how it ended. Arguments, `this`, result and error pass through untouched; neither arguments
 * nor result are kept unless `data` picks numbers and names from them.
 */
export function trackFunction<F extends AnyFunction>(
  metric: Metric,
  wrapped: F,
  data: TrackData<F> | undefined,
  clock: Clock,
  record: RecordCall,
): F {
  const tracked = function (this: unknown, ...args: Parameters<F>): unknown {
    const start = clock.monotonicMillis();
    const end = (failed: boolean, result?: Awaited<ReturnType<F>>): void => {
      const durationMillis = clock.monotonicMillis() - start;
      const call = { args, failed, durationMillis, ...(failed ? {} : { result: result as Awaited<ReturnType<F>> }) };
      record({ ...ownFields(metric, call), ...pick(data, call) });
    };
    let result: unknown;
    try {
      result = wrapped.apply(this, args);
    } catch (cause) {
      end(true);
      throw cause;
    }
    if (!isPromise(result)) {
      end(false, result as Awaited<ReturnType<F>>);
      return result;
    }
    // The very promise goes back to the caller; ours only listens.
    result.then(
      (value) => end(false, value as Awaited<ReturnType<F>>),
      () => end(true),
    );
    return result;
  };
  Object.defineProperty(tracked, 'name', { value: wrapped.name, configurable: true });
  return tracked as F;
}

function pick<F extends AnyFunction>(
  data: TrackData<F> | undefined,
  call: TrackedCall<Parameters<F>, Awaited<ReturnType<F>>>,
): EventData {
  if (typeof data !== 'function') return data ?? {};
  try {
    return data(call);
  } catch {
    return {};
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
