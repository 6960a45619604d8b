import { isPromise } from 'node:util/types';
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
 *
 * A plain promise comes back as one that follows it, so that a rejection nobody handles is still reported. A promise
 * of a class of its own, or with properties, comes back itself. Other objects with a `then` (query builders) may begin
 * their work only when it is called, so it is not: their events tell no duration and no outcome.
 */
export function trackFunction<F extends AnyFunction>(
  metric: Metric,
  wrapped: F,
  data: TrackData<F> | undefined,
  clock: Clock,
  record: RecordCall,
): F {
  type Result = Awaited<ReturnType<F>>;
  const tracked = function (this: unknown, ...args: Parameters<F>): unknown {
    const start = clock.monotonicMillis();
    const end = (failed: boolean, result?: unknown, isKnown = true): void => {
      try {
        const durationMillis = Math.max(0, clock.monotonicMillis() - start);
        const call = { args, failed, durationMillis, ...(failed ? {} : { result: result as Result }) };
        record({ ...(isKnown ? ownFields(metric, call) : {}), ...pick(data, call) });
      } catch {
        // Nothing of ours may reach the caller. What record() cannot read, it counts itself.
      }
    };
    let result: unknown;
    try {
      result = wrapped.apply(this, args);
    } catch (cause) {
      end(true);
      throw cause;
    }
    if (!isPromise(result)) {
      end(false, result, !isThenable(result));
      return result;
    }
    return follow(result, end);
  };
  Object.defineProperty(tracked, 'name', { value: wrapped.name, configurable: true });
  Object.defineProperty(tracked, 'length', { value: wrapped.length, configurable: true });
  return tracked as F;
}

/** Tell how a promise settles. @returns what the caller is to get for it. */
function follow(promise: Promise<unknown>, end: (failed: boolean, result?: unknown) => void): Promise<unknown> {
  if (isPlain(promise)) {
    return promise.then(
      (value) => {
        end(false, value);
        return value;
      },
      (cause: unknown) => {
        end(true);
        throw cause;
      },
    );
  }
  try {
    // Not its own `then`, which may begin the work.
    void Promise.prototype.then.call(
      promise,
      (value) => end(false, value),
      () => end(true),
    );
  } catch {
    // A class whose promises cannot be followed.
  }
  return promise;
}

/** What the callback throws, or what cannot be read of what it returns, costs the event its fields and no more. */
function pick<F extends AnyFunction>(
  data: TrackData<F> | undefined,
  call: TrackedCall<Parameters<F>, Awaited<ReturnType<F>>>,
): EventData {
  try {
    return { ...(typeof data === 'function' ? data(call) : data) };
  } catch {
    return {};
  }
}

/** A promise that another can stand for: of no class of its own and without properties. */
function isPlain(promise: Promise<unknown>): boolean {
  return Object.getPrototypeOf(promise) === Promise.prototype && Reflect.ownKeys(promise).length === 0;
}

function isThenable(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
  } catch {
    return false;
  }
}
