import type { StoredEvent } from '../../model/event.ts';
import { type AnyField, isNumeric } from '../../model/field.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AggregateQuestion, AggregateRow } from '../../query/question.ts';
import type { EventAnswerer } from './event-answerer.ts';

/** A metric as it is stored. */
export type CountedMetric = { readonly name: string; readonly fields: Readonly<Record<string, AnyField>> };

/** A figure of a day that answers give otherwise than the events themselves. Sums are in the field's stored steps. */
export type Mismatch = {
  readonly metric: string;
  readonly day: string;
  readonly what: string;
  readonly events: bigint;
  readonly answer: bigint | undefined;
};

export type Recount = {
  readonly metric: string;
  readonly events: number;
  readonly days: number;
  /** Figures compared: a count and a sum for each numeric field, for each day. */
  readonly figures: number;
  /** Hours of the answers that came from rollups. */
  readonly rollupHours: number;
  readonly mismatches: readonly Mismatch[];
  /** Events whose moment, which is their identity within the metric, is not after that of the event before. */
  readonly repeated: number;
};

/** Sums of one day in whole steps, by what they are sums of. */
type DaySums = Map<string, bigint>;

/**
 * Counts and sums a metric's events one by one in big integers, and compares each UTC day with what answers from
 * rollups give. Both read the same span; what is told late meanwhile is in only one of them, so a difference is
 * looked at a second time.
 *
 * @param onEvent Sees each event, oldest first, so that a history need not be read twice.
 */
export async function recount(
  ask: EventAnswerer,
  metric: CountedMetric,
  span: { readonly since: number; readonly until: number },
  onEvent: (event: StoredEvent) => void = () => undefined,
): Promise<Recount> {
  const first = await recountOnce(ask, metric, span, onEvent);
  return first.mismatches.length === 0 ? first : recountOnce(ask, metric, span, () => undefined);
}

async function recountOnce(
  ask: EventAnswerer,
  metric: CountedMetric,
  span: { readonly since: number; readonly until: number },
  onEvent: (event: StoredEvent) => void,
): Promise<Recount> {
  const numeric = Object.entries(metric.fields).filter(([, field]) => isNumeric(field));
  const days = new Map<number, DaySums>();
  let events = 0;
  let repeated = 0;
  let before = -1;
  for await (const batch of ask.events({ metric: metric.name, ...span })) {
    for (const event of batch) {
      onEvent(event);
      events += 1;
      if (event.atMicros <= before) repeated += 1;
      before = event.atMicros;
      addEvent(days, event, numeric);
    }
  }
  const question: AggregateQuestion = {
    metric: metric.name,
    ...span,
    aggregations: ['count', ...numeric.map(([name]) => `sum(${name})`)],
    bucket: '1d',
  };
  const { rows, plan } = await ask.aggregate(question);
  const answered = new Map(rows.map((row) => [dayOf((row.bucketStart ?? 0) * 1e6), row]));
  const mismatches = [...new Set([...days.keys(), ...answered.keys()])].flatMap((day) =>
    compareDay(metric.name, day, days.get(day), answered.get(day), numeric),
  );
  const figures = days.size * (1 + numeric.length);
  return { metric: metric.name, events, days: days.size, figures, rollupHours: plan.rollupHours, mismatches, repeated };
}

const dayOf = (micros: number): number => Math.floor(micros / MICROS_PER_DAY);

function addEvent(days: Map<number, DaySums>, event: StoredEvent, numeric: readonly [string, AnyField][]): void {
  const day = dayOf(event.atMicros);
  const sums = days.get(day) ?? new Map<string, bigint>();
  days.set(day, sums);
  sums.set('count', (sums.get('count') ?? 0n) + 1n);
  for (const [name, { scale }] of numeric) {
    const value = event.data[name];
    if (typeof value !== 'number') continue;
    sums.set(name, (sums.get(name) ?? 0n) + BigInt(Math.round(value * scale)));
  }
}

function compareDay(
  metric: string,
  day: number,
  sums: DaySums | undefined,
  row: AggregateRow | undefined,
  numeric: readonly [string, AnyField][],
): Mismatch[] {
  const figures: readonly (readonly [what: string, key: string, scale: number])[] = [
    ['count', 'count', 1],
    ...numeric.map(([name, { scale }]) => [name, `sum(${name})`, scale] as const),
  ];
  return figures.flatMap(([what, key, scale]) => {
    const value = row?.values[key];
    const answer = typeof value === 'number' ? BigInt(Math.round(value * scale)) : undefined;
    const counted = sums?.get(what);
    // Beyond 2^53 steps an answer cannot be exact; the nearest float is then right.
    if (counted === answer || (counted !== undefined && Number(counted) / scale === value)) return [];
    const date = new Date((day * MICROS_PER_DAY) / 1_000).toISOString().slice(0, 10);
    return [{ metric, day: date, what, events: counted ?? 0n, answer }];
  });
}
