import type { TimeRange } from '../../model/range.ts';
import { usdOfNanos } from '../../pricing/index.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { UsageLine } from '../ledger/usage-line.ts';
import { medianInterval } from '../statistics/intervals.ts';
import { median } from '../statistics/quantiles.ts';
import { readNewestIn } from './read-events.ts';
import { countFate, type Fate, readTaskOutcomes, type TaskOutcomes } from './task-outcomes.ts';

/** Test runs read at most, to know whether the last ones passed. */
const MAX_RUNS = 20_000;
/** Fewer tasks give no cost per task: the next one would change it by too much. */
export const MIN_TASKS = 5;
/** Tasks named as the dearest. */
const MAX_DEAREST = 5;

/** What spend went to. `open` tasks had no end in the span; `expired` is told of no task any more. */
export type SpendPart = Fate | 'open' | 'unattributed' | 'expired';

/** A cost for each of so many tasks. Absent below `MIN_TASKS`, and where ends of a part of the span have expired. */
export type CostEach = {
  readonly tasks: number;
  /** All spend of the span by these tasks, with what no task can be found for. */
  readonly allUsd: number | undefined;
  /** The same of what is attributed to tasks. */
  readonly attributedUsd: number | undefined;
};

export type CostPerOutcome = TimeRange & {
  /** Nano-dollars: what `costs` says of the same span. */
  readonly totalNanos: bigint;
  /** The part of it that flat plans cover: what the API would take for it, billed 0. */
  readonly planNanos: bigint;
  /** Their nano-dollars add up to the total. */
  readonly parts: readonly { readonly part: SpendPart; readonly tasks: number | undefined; readonly nanos: bigint }[];
  /** Requests whose cost is not known: in none of the sums. */
  readonly unpriced: { readonly events: number; readonly ofEvents: number; readonly tokens: number };
  /** True when single events of a part of the span have expired: how many tasks ended in it is not known any more. */
  readonly expired: boolean;
  readonly completed: CostEach;
  readonly accepted: CostEach & {
    /** True where not all ends were read: the share among the newest ones, applied to all. */
    readonly estimated: boolean;
    /** Of those accepted, how many nothing told of tests. */
    readonly untested: number;
  };
  /** What the middle completed task cost in the span, with its 95 % interval; of tasks with a known cost. */
  readonly typical:
    | { readonly tasks: number; readonly usd: number; readonly low?: number; readonly high?: number }
    | undefined;
  readonly dearest: readonly { readonly taskId: string; readonly fate: Fate | 'open'; readonly nanos: bigint }[];
};

/** What a span cost for each task that was completed, and for each that was accepted. */
export async function costPerOutcome(
  ask: EventAnswerer,
  range: TimeRange,
  timeZone: string,
  nowMicros: number,
  plans: readonly string[],
): Promise<CostPerOutcome> {
  const span = { since: range.fromMicros / 1e6, until: range.toMicros / 1e6, timeZone };
  const ledger = await openLedger(ask, span, { fields: ['task_id'], byDay: false }, plans);
  const { events: runs } = await readNewestIn(ask, 'tests.executed', range, MAX_RUNS);
  const outcomes = await readTaskOutcomes(ask, range, nowMicros, runs);
  const fates = new Map(outcomes.tasks.map(({ taskId, fate }) => [taskId, fate]));
  const costs = costByTask(ledger.lines);
  const { figures } = ledger.total;
  const unattributed = sumWhere(ledger.lines, (line) => line.fields.task_id === undefined && line.detailed);
  const expired = sumWhere(ledger.lines, (line) => line.fields.task_id === undefined && !line.detailed);
  const attributedNanos = figures.costNanos - unattributed - expired;
  const accepted = acceptedOf(outcomes);
  return {
    ...range,
    totalNanos: figures.costNanos,
    planNanos: figures.planNanos,
    parts: partsOf(costs, fates, outcomes, { unattributed, expired }),
    unpriced: { events: figures.unpricedEvents, ofEvents: figures.events, tokens: figures.unpricedTokens },
    expired: outcomes.expired,
    completed: costEach(outcomes.completed, figures.costNanos, attributedNanos, outcomes.expired),
    accepted: {
      ...costEach(accepted, figures.costNanos, attributedNanos, outcomes.expired),
      estimated: !outcomes.complete && !outcomes.expired,
      untested: outcomes.tasks.filter(({ fate, tested }) => fate === 'accepted' && !tested).length,
    },
    typical: typicalOf([...costs].flatMap(([taskId, nanos]) => (fates.has(taskId) ? [usdOfNanos(nanos)] : []))),
    dearest: [...costs]
      .sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0))
      .slice(0, MAX_DEAREST)
      .map(([taskId, nanos]) => ({ taskId, fate: fates.get(taskId) ?? 'open', nanos })),
  };
}

function costByTask(lines: readonly UsageLine[]): ReadonlyMap<string, bigint> {
  const costs = new Map<string, bigint>();
  for (const { fields, figures } of lines) {
    if (fields.task_id === undefined) continue;
    costs.set(fields.task_id, (costs.get(fields.task_id) ?? 0n) + figures.costNanos);
  }
  return costs;
}

function sumWhere(lines: readonly UsageLine[], holds: (line: UsageLine) => boolean): bigint {
  return lines.reduce((sum, line) => (holds(line) ? sum + line.figures.costNanos : sum), 0n);
}

const FATES: readonly Fate[] = ['accepted', 'not_success', 'taken_up_again', 'tests_failed'];

function partsOf(
  costs: ReadonlyMap<string, bigint>,
  fates: ReadonlyMap<string, Fate>,
  outcomes: TaskOutcomes,
  rest: Readonly<Record<'unattributed' | 'expired', bigint>>,
): CostPerOutcome['parts'] {
  const sums = new Map<Fate | 'open', { tasks: number; nanos: bigint }>();
  for (const [taskId, nanos] of costs) {
    const part = fates.get(taskId) ?? 'open';
    const sum = sums.get(part) ?? { tasks: 0, nanos: 0n };
    sums.set(part, { tasks: sum.tasks + 1, nanos: sum.nanos + nanos });
  }
  const open = sums.get('open');
  return [
    ...FATES.map((part) => ({ part, tasks: countFate(outcomes, part), nanos: sums.get(part)?.nanos ?? 0n })),
    { part: 'open' as const, tasks: open?.tasks ?? 0, nanos: open?.nanos ?? 0n },
    { part: 'unattributed' as const, tasks: undefined, nanos: rest.unattributed },
    { part: 'expired' as const, tasks: undefined, nanos: rest.expired },
  ].filter(({ tasks = 0, nanos }) => tasks > 0 || nanos !== 0n);
}

/** Accepted tasks; where not all were read, in the same part of all. */
function acceptedOf(outcomes: TaskOutcomes): number {
  const accepted = countFate(outcomes, 'accepted');
  const { complete, expired, completed, tasks } = outcomes;
  return complete || expired || tasks.length === 0 ? accepted : Math.round((accepted / tasks.length) * completed);
}

function costEach(tasks: number, totalNanos: bigint, attributedNanos: bigint, expired: boolean): CostEach {
  if (expired || tasks < MIN_TASKS) return { tasks, allUsd: undefined, attributedUsd: undefined };
  return { tasks, allUsd: usdOfNanos(totalNanos) / tasks, attributedUsd: usdOfNanos(attributedNanos) / tasks };
}

function typicalOf(usd: readonly number[]): CostPerOutcome['typical'] {
  const middle = median(usd);
  if (middle === undefined || usd.length < MIN_TASKS) return undefined;
  return { tasks: usd.length, usd: middle, ...medianInterval(usd) };
}
