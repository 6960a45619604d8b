import { type Answerer, definedSpan, type ReportSpan } from './answerer.ts';
import { type Distribution, distributionOf, toCount, toDistribution } from './distribution.ts';

/** Reads or writes of the shared state file. Milliseconds. */
export type StateOperation = {
  readonly count: number;
  /** Absent figures where durations could not be seen: watching a file sees replacements, not how long they took. */
  readonly duration: Distribution;
  readonly lockWait: Distribution;
};

/** How the shared state file behaved: the part of a cluster that all nodes wait for. Milliseconds. */
export type StateLatency = {
  readonly read: StateOperation;
  readonly write: StateOperation;
  readonly lock: { readonly count: number; readonly wait: Distribution; readonly hold: Distribution };
};

/** Latency of the state file and of its lock. */
export async function stateLatency(ask: Answerer, span: ReportSpan): Promise<StateLatency> {
  const figures = async (metric: string, fields: readonly string[]) => {
    const aggregations = ['count', ...fields.flatMap(distributionOf)];
    const { rows } = await ask.aggregate({ metric, ...definedSpan(span), aggregations });
    return rows[0];
  };
  const operation = async (metric: string): Promise<StateOperation> => {
    const row = await figures(metric, ['duration_ms', 'lock_wait_ms']);
    return {
      count: toCount(row),
      duration: toDistribution(row, 'duration_ms'),
      lockWait: toDistribution(row, 'lock_wait_ms'),
    };
  };
  const lock = await figures('state.lock', ['wait_ms', 'hold_ms']);
  return {
    read: await operation('state.read'),
    write: await operation('state.write'),
    lock: { count: toCount(lock), wait: toDistribution(lock, 'wait_ms'), hold: toDistribution(lock, 'hold_ms') },
  };
}
