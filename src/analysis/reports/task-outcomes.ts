import type { StoredEvent } from '../../model/event.ts';
import type { TimeRange } from '../../model/range.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { asNumber } from './distribution.ts';
import { numberField, textField } from './answerer.ts';
import { countIn } from './read-events.ts';

/** Ends read of a span at most, and claims since the oldest of these; some two microseconds each. */
const MAX_EVENTS = 20_000;

/**
 * What became of a task that ended in a span.
 *
 * - `accepted`: its last end was a success, nobody has taken it up again since, and the last run of each of its test
 *   suites before that end passed. Where no test run of it is known, the numbers of its end count, else nothing speaks
 *   against it.
 * - `not_success`: its last end was a failure, partial, abandoned, or nobody said how it ended.
 * - `taken_up_again`: it ended as a success and was claimed afterwards.
 * - `tests_failed`: it ended as a success although tests of its last runs had failed.
 */
export type Fate = 'accepted' | 'not_success' | 'taken_up_again' | 'tests_failed';

/** A task that ended at least once. */
export type EndedTask = {
  readonly taskId: string;
  readonly fate: Fate;
  /** Claimed again after an end of this span; `after_success` when any such end was one. */
  readonly rework: 'after_success' | 'after_other' | undefined;
  /** Whether anything told how its tests went. */
  readonly tested: boolean;
};

/** Tasks that ended in a span, and what became of them up to now. */
export type TaskOutcomes = {
  /** Tasks with at least one end in the span, whatever its outcome: of all, also where not all were read. */
  readonly completed: number;
  /** In full, or those with the newest ends. */
  readonly tasks: readonly EndedTask[];
  readonly complete: boolean;
  /** True when single ends of a part of the span have expired: `completed` is then of the rest alone. */
  readonly expired: boolean;
};

/** An end of a task, and when a task was last claimed: what is kept of events while they are read. */
export type TaskEnd = {
  readonly taskId: string;
  readonly atMicros: number;
  readonly outcome: string | undefined;
  /** What the end says of its last test run. */
  readonly tests: 'passed' | 'failed' | undefined;
};

/**
 * Reads what became of the tasks that ended in a span.
 *
 * @param runs Test runs of the span, oldest first.
 */
export async function readTaskOutcomes(
  ask: EventAnswerer,
  { fromMicros, toMicros }: TimeRange,
  nowMicros: number,
  runs: readonly StoredEvent[],
): Promise<TaskOutcomes> {
  const until = toMicros / 1e6;
  const newest = { since: fromMicros / 1e6, order: 'newest_first' };
  const ends: TaskEnd[] = [];
  const lastClaims = new Map<string, number>();
  if (fromMicros >= toMicros) return { completed: 0, tasks: [], complete: true, expired: false };
  for await (const events of ask.events({ ...newest, metric: 'task.completed', until, limit: MAX_EVENTS })) {
    for (const event of events) ends.push(toEnd(event));
  }
  const isFull = ends.length >= MAX_EVENTS;
  ends.reverse();
  const since = !isFull ? newest.since : (ends[0]?.atMicros ?? fromMicros) / 1e6;
  // What was claimed at this very moment counts.
  const claims = { metric: 'task.claimed', since, until: (nowMicros + 1) / 1e6, order: 'newest_first' };
  for await (const events of ask.events(claims)) {
    for (const event of events) {
      const taskId = textField(event, 'task_id');
      if (taskId !== undefined && !lastClaims.has(taskId)) lastClaims.set(taskId, event.atMicros);
    }
  }
  const tasks = taskOutcomes(ends, lastClaims, runs);
  const span = { since: newest.since, until };
  if (isFull) return { ...(await completedTasks(ask, span)), tasks, complete: false };
  const expired = ends.length < (await countIn(ask, { metric: 'task.completed', ...span }));
  return { completed: tasks.length, tasks, complete: !expired, expired };
}

/** How many tasks ended at least once, and whether single events of a part of the span have expired. */
export async function completedTasks(
  ask: EventAnswerer,
  span: { readonly since: number; readonly until: number },
): Promise<Pick<TaskOutcomes, 'completed' | 'expired'>> {
  const aggregations = ['distinct(task_id)'];
  const { rows, plan } = await ask.aggregate({ metric: 'task.completed', ...span, aggregations });
  const completed = asNumber(rows[0]?.values['distinct(task_id)']) ?? 0;
  return { completed, expired: plan.missingBefore !== undefined };
}

function toEnd(event: StoredEvent): TaskEnd {
  const failed = numberField(event, 'tests_failed');
  const passed = numberField(event, 'tests_passed');
  return {
    taskId: textField(event, 'task_id') ?? '',
    atMicros: event.atMicros,
    outcome: textField(event, 'outcome'),
    tests: (failed ?? 0) > 0 ? 'failed' : failed === undefined && passed === undefined ? undefined : 'passed',
  };
}

/**
 * What became of tasks. Pure.
 *
 * @param ends Oldest first, as are the runs of tests.
 * @param lastClaims When each task was last claimed, up to now.
 */
export function taskOutcomes(
  ends: readonly TaskEnd[],
  lastClaims: ReadonlyMap<string, number>,
  runs: readonly StoredEvent[],
): readonly EndedTask[] {
  const runsOf = Map.groupBy(runs, (run) => textField(run, 'task_id') ?? '');
  return [...Map.groupBy(ends, ({ taskId }) => taskId)].flatMap(([taskId, own]): EndedTask[] => {
    const last = own.at(-1);
    if (last === undefined || taskId === '') return [];
    const lastClaim = lastClaims.get(taskId) ?? -Infinity;
    const tests = lastRunsOf(runsOf.get(taskId) ?? [], last.atMicros) ?? last.tests;
    return [
      {
        taskId,
        fate: fateOf(last, lastClaim, tests),
        rework: reworkOf(own, lastClaim),
        tested: tests !== undefined,
      },
    ];
  });
}

function fateOf({ outcome, atMicros }: TaskEnd, lastClaim: number, tests: TaskEnd['tests']): Fate {
  if (outcome !== 'success') return 'not_success';
  if (atMicros < lastClaim) return 'taken_up_again';
  return tests === 'failed' ? 'tests_failed' : 'accepted';
}

function reworkOf(ends: readonly TaskEnd[], lastClaim: number): EndedTask['rework'] {
  const again = ends.filter(({ atMicros }) => atMicros < lastClaim);
  if (again.length === 0) return undefined;
  return again.some(({ outcome }) => outcome === 'success') ? 'after_success' : 'after_other';
}

/** How the last run of each suite before the end went. */
function lastRunsOf(runs: readonly StoredEvent[], endMicros: number): TaskEnd['tests'] {
  const last = new Map<string | undefined, boolean>();
  for (const run of runs) {
    const failed = numberField(run, 'failed');
    if (failed !== undefined && run.atMicros <= endMicros) last.set(textField(run, 'suite'), failed > 0);
  }
  if (last.size === 0) return undefined;
  return [...last.values()].includes(true) ? 'failed' : 'passed';
}

/** How many tasks met a fate. */
export function countFate({ tasks }: TaskOutcomes, fate: Fate): number {
  return tasks.reduce((count, task) => (task.fate === fate ? count + 1 : count), 0);
}
