import type { TimeRange } from '../../model/range.ts';
import { microsOf, type Zone, zonedAt } from '../../model/time.ts';
import { usdOfNanos } from '../../pricing/index.ts';
import { firstRunsOf } from '../detectors/test-runs.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { openLedger } from '../ledger/ledger.ts';
import { MIN_TASKS } from './cost-per-outcome.ts';
import { asNumber, toCount } from './distribution.ts';
import { countOutcomes } from './overview.ts';
import { readNewestIn } from './read-events.ts';
import type { WeekValue } from './compared-figure.ts';
import { completedTasks } from './task-outcomes.ts';

/** Test runs read of each week at most: shares of so many are sure enough. */
const MAX_RUNS = 2_500;
/** What a week is compared with. */
export const WEEKS_BEFORE = 4;

/** What one week gives. */
export type WeekReading = TimeRange & {
  readonly completed: WeekValue;
  readonly successShare: WeekValue;
  readonly queueSeconds: WeekValue;
  readonly turnSeconds: WeekValue;
  readonly firstRunShare: WeekValue;
  readonly costUsd: WeekValue;
  readonly costPerCompletedUsd: WeekValue;
  /** Nano-dollars, as `costs` counts them. */
  readonly costNanos: bigint;
  readonly unpricedEvents: number;
};

/** Four weeks and the one that is asked about, oldest first: seven days of the zone's calendar each. */
export function weeksUpTo(toMicros: number, zone: Zone): readonly TimeRange[] {
  const end = zonedAt(toMicros, zone);
  const edges = Array.from({ length: WEEKS_BEFORE + 2 }, (_, back) =>
    microsOf(end.subtract({ weeks: back })),
  ).reverse();
  return edges.slice(0, -1).map((fromMicros, place) => ({ fromMicros, toMicros: edges[place + 1] ?? toMicros }));
}

/** From when on anything was told of tasks or requests in a span, to the day; nothing where that never was. */
export async function firstTold(
  ask: EventAnswerer,
  { fromMicros, toMicros }: TimeRange,
  timeZone: string,
): Promise<number | undefined> {
  const span = { since: fromMicros / 1e6, until: toMicros / 1e6, timeZone };
  const starts: number[] = [];
  for (const metric of ['task.claimed', 'task.completed', 'tokens.consumed']) {
    const { rows } = await ask.aggregate({ metric, ...span, aggregations: ['count'], bucket: '1d' });
    starts.push(...rows.filter((row) => toCount(row) > 0).map(({ bucketStart = Infinity }) => bucketStart * 1e6));
  }
  return starts.length === 0 ? undefined : Math.min(...starts);
}

/**
 * Reads one week: sums from rollups, its newest test runs one by one. What only single events tell has no value where
 * some of the week have expired.
 */
export async function readWeek(
  ask: EventAnswerer,
  range: TimeRange,
  timeZone: string,
  plans: readonly string[],
): Promise<WeekReading> {
  const span = { since: range.fromMicros / 1e6, until: range.toMicros / 1e6 };
  const first = async (metric: string, aggregations: readonly string[]) =>
    (await ask.aggregate({ metric, ...span, aggregations })).rows[0];
  const { completed, expired } = await completedTasks(ask, span);
  const turns = await first('task.completed', ['count(duration_seconds)', 'p50(duration_seconds)']);
  const waits = await first('task.claimed', ['count(queue_seconds)', 'p50(queue_seconds)']);
  const outcomes = countOutcomes(
    (await ask.aggregate({ metric: 'task.completed', ...span, aggregations: ['count'], groupBy: ['outcome'] })).rows,
  );
  const { total } = await openLedger(ask, { ...span, timeZone }, { fields: [], byDay: false }, plans);
  const { events: runs, expired: runsExpired } = await readNewestIn(ask, 'tests.executed', range, MAX_RUNS);
  // Runs that name no task vote for nobody, as in the quality report.
  const votes = firstRunsOf(runs).filter(({ unit }) => unit.startsWith('task '));
  const known = Object.entries(outcomes).reduce((sum, [word, count]) => (word === 'unknown' ? sum : sum + count), 0);
  const { costNanos, unpricedEvents, events } = total.figures;
  const hasCost = events > unpricedEvents;
  const costUsd = usdOfNanos(costNanos);
  return {
    ...range,
    completed: { value: expired ? undefined : completed, samples: completed },
    successShare: partOf(outcomes['success'] ?? 0, known),
    queueSeconds: middleOf(waits, 'queue_seconds'),
    turnSeconds: middleOf(turns, 'duration_seconds'),
    firstRunShare: runsExpired
      ? { value: undefined, samples: 0 }
      : partOf(votes.filter(({ failed }) => !failed).length, votes.length),
    costUsd: { value: hasCost ? costUsd : undefined, samples: events - unpricedEvents },
    costPerCompletedUsd: {
      value: hasCost && !expired && completed >= MIN_TASKS ? costUsd / completed : undefined,
      samples: completed,
    },
    costNanos,
    unpricedEvents,
  };
}

function partOf(hits: number, total: number): WeekValue {
  return { value: total === 0 ? undefined : hits / total, samples: total };
}

type Row = Awaited<ReturnType<EventAnswerer['aggregate']>>['rows'][number];

function middleOf(row: Row | undefined, field: string): WeekValue {
  const samples = asNumber(row?.values[`count(${field})`]) ?? 0;
  return { value: samples === 0 ? undefined : asNumber(row?.values[`p50(${field})`]), samples };
}
