import type { StoredEvent } from '../../model/event.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { numberField, textField } from '../reports/answerer.ts';
import { readSingly } from './read-singly.ts';

/** One run of tests, of one suite and for one task or node. */
export type TestRun = {
  readonly atMicros: number;
  readonly suite: string | undefined;
  /** The task it was for; the node where no task is known. Runs that say neither belong together. */
  readonly unit: string;
  readonly nodeId: string | undefined;
  readonly failed: boolean;
};

/** All runs of tests in a span, oldest first. */
export async function readTestRuns(
  ask: EventAnswerer,
  fromMicros: number,
  toMicros: number,
): Promise<readonly StoredEvent[]> {
  return readSingly(ask, 'tests.executed', fromMicros, toMicros);
}

/** Runs by suite and by what they were for, each group oldest first. Runs of which no test is known are left out. */
export function groupRuns(events: readonly StoredEvent[]): ReadonlyMap<string, readonly TestRun[]> {
  const runs = events.flatMap((event): TestRun[] => {
    const failed = numberField(event, 'failed');
    if (failed === undefined) return [];
    const task = textField(event, 'task_id');
    const unit = task === undefined ? `node ${event.node_id ?? ''}` : `task ${task}`;
    return [
      { atMicros: event.atMicros, suite: textField(event, 'suite'), unit, nodeId: event.node_id, failed: failed > 0 },
    ];
  });
  return Map.groupBy(runs, ({ suite, unit }) => JSON.stringify([suite ?? null, unit]));
}

/** The first run of each suite in each task: how the work was before its tests were looked at. */
export function firstRunsOf(events: readonly StoredEvent[]): readonly TestRun[] {
  return [...groupRuns(events).values()].flatMap((runs) => runs.slice(0, 1));
}
