import { describe, expect, it } from 'vitest';
import { type AnyFunction, type TrackData, trackFunction } from '../../src/intake/track.ts';
import type { Metric } from '../../src/metrics/define-metric.ts';
import { stateRead } from '../../src/metrics/state-read.ts';
import { taskCompleted } from '../../src/metrics/task-completed.ts';
import { toolCalled } from '../../src/metrics/tool-called.ts';
import type { EventData } from '../../src/model/event.ts';
import { stillClock } from '../support/recording.ts';

/** A tracked function with a clock of its own, and what it recorded. */
function tracking<F extends AnyFunction>(metric: Metric, wrapped: F, data?: TrackData<F>) {
  const clock = stillClock();
  const told: EventData[] = [];
  const tracked = trackFunction(metric, wrapped, data, clock, (event) => void told.push(event));
  return { tracked, told, clock };
}

describe('a tracked function', () => {
  it('passes arguments, this and the result through, and tells its duration in the unit of the metric', () => {
    const { tracked, told, clock } = tracking(stateRead as Metric, function (this: { factor: number }, n: number) {
      clock.millis += 12.5;
      return n * this.factor;
    });
    expect(tracked.call({ factor: 3 }, 7)).toBe(21);
    expect(told).toEqual([{ duration_ms: 12.5 }]);
  });

  it('tells seconds where the metric has seconds, and the outcome where it has one', () => {
    const { tracked, told, clock } = tracking(taskCompleted as Metric, () => void (clock.millis += 1_500), {
      task_id: 'task-1',
    });
    tracked();
    expect(told).toEqual([{ duration_seconds: 1.5, outcome: 'success', task_id: 'task-1' }]);
  });

  it('throws what the function throws, the very same, and tells a failure', () => {
    const error = new Error('of the host');
    const { tracked, told } = tracking(taskCompleted as Metric, () => {
      throw error;
    });
    expect(() => tracked()).toThrow(error);
    expect(told).toEqual([{ duration_seconds: 0, outcome: 'failure' }]);
  });

  it('says error where the words of the metric have no failure', () => {
    const { tracked, told } = tracking(toolCalled as Metric, () => {
      throw new Error('x');
    });
    expect(() => tracked()).toThrow('x');
    expect(told[0]?.['outcome']).toBe('error');
  });

  it('waits for a promise to settle', async () => {
    const { tracked, told, clock } = tracking(stateRead as Metric, async (n: number) => {
      await Promise.resolve();
      clock.millis += 30;
      return n + 1;
    });
    const result = tracked(1);
    expect(told).toEqual([]);
    expect(await result).toBe(2);
    expect(told).toEqual([{ duration_ms: 30 }]);
  });

  it('rejects as the function rejects', async () => {
    const error = new Error('of the host');
    const { tracked, told } = tracking(taskCompleted as Metric, () => Promise.reject(error));
    await expect(tracked()).rejects.toBe(error);
    expect(told).toEqual([{ duration_seconds: 0, outcome: 'failure' }]);
  });

  it('leaves a rejection that nobody handles to the process', async () => {
    const reported: unknown[] = [];
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (cause) => void reported.push(cause));
    try {
      const { tracked } = tracking(stateRead as Metric, () => Promise.reject(new Error('forgotten')));
      void tracked();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(reported.map(String)).toEqual(['Error: forgotten']);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of before) process.on('unhandledRejection', listener);
    }
  });

  it('hands back the very promise when it is more than a promise', async () => {
    class Job extends Promise<number> {
      readonly id = 7;
    }
    const job = new Job((resolve) => resolve(1));
    const { tracked, told } = tracking(stateRead as Metric, () => job);
    expect(tracked()).toBe(job);
    await job;
    const extended = Object.assign(Promise.resolve(2), { abort: () => undefined });
    const second = tracking(stateRead as Metric, () => extended);
    expect(second.tracked()).toBe(extended);
    await extended;
    expect([told.length, second.told.length]).toEqual([1, 1]);
  });

  it('never calls the then of a query builder, and tells neither duration nor outcome for it', async () => {
    let runs = 0;
    const query = {
      where: () => query,
      // oxlint-disable-next-line no-thenable -- that is what is tested
      then: (resolve: (rows: number) => void) => {
        runs += 1;
        resolve(3);
      },
    };
    const { tracked, told } = tracking(taskCompleted as Metric, () => query, { task_id: 'task-1' });
    expect(await tracked().where()).toBe(3);
    expect(runs).toBe(1);
    expect(told).toEqual([{ task_id: 'task-1' }]);
  });

  it('takes fields from the finished call, arguments and result and failure', async () => {
    const { tracked, told } = tracking(
      stateRead as Metric,
      async (path: string) => path.length,
      ({ args: [path], result, failed }) => ({ node_id: path, file_size_bytes: result, failed: String(failed) }),
    );
    await tracked('state');
    expect(told).toEqual([{ duration_ms: 0, node_id: 'state', file_size_bytes: 5, failed: 'false' }]);
  });

  it.each<[string, TrackData<() => number>]>([
    [
      'throws',
      () => {
        throw new Error('of the callback');
      },
    ],
    ['returns nothing', (() => undefined) as never],
    [
      'returns what throws when it is read',
      () => ({
        get node_id(): string {
          throw new Error('x');
        },
      }),
    ],
  ])('goes on without its fields when the callback %s', (_what, data) => {
    const { tracked, told } = tracking(stateRead as Metric, () => 5, data);
    expect(tracked()).toBe(5);
    expect(told).toEqual([{ duration_ms: 0 }]);
  });

  it('hands back a result that throws when it is looked at', () => {
    const result = new Proxy(
      {},
      {
        get: () => {
          throw new Error('x');
        },
        has: () => {
          throw new Error('x');
        },
      },
    );
    const { tracked, told } = tracking(stateRead as Metric, () => result);
    expect(tracked()).toBe(result);
    expect(told).toHaveLength(1);
  });

  it('never tells a negative duration, whatever the clock does', () => {
    const { tracked, told, clock } = tracking(stateRead as Metric, () => void (clock.millis -= 5_000));
    tracked();
    expect(told).toEqual([{ duration_ms: 0 }]);
  });

  it('keeps its name and its number of parameters', () => {
    const { tracked } = tracking(stateRead as Metric, function readState(_path: string, _mode: string) {});
    expect([tracked.name, tracked.length]).toEqual(['readState', 2]);
  });
});
