import type { StoredEvent } from '../../model/event.ts';
import { type AnyField, isNumeric } from '../../model/field.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AggregateQuestion, AggregateRow } from '../../query/question.ts';
import type { EventAnswerer } from './event-answerer.ts';

/** A metric as it is stored. */
export type CountedMetric = { readonly name: string; readonly fields: Readonly<Record<string, AnyField>> };

/** Events that cannot be read: on these days answers count more than there is to recount. */
export type DamagedSpan = { readonly metric: string; readonly fromMicros: number; readonly toMicros: number };

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
type DaySums = ReadonlyMap<string, bigint>;

/** A sum in whole steps. Adding big integers costs more than reading the event, so floats take them as long as they are exact. */
class StepSum {
  #carried = 0n;
  #steps = 0;
  #any = false;

  add(steps: number): void {
    const sum = this.#steps + steps;
    this.#any = true;
    if (Number.isSafeInteger(sum)) this.#steps = sum;
    else {
      this.#carried += BigInt(this.#steps) + BigInt(steps);
      this.#steps = 0;
    }
  }

  get sum(): bigint | undefined {
    return this.#any ? this.#carried + BigInt(this.#steps) : undefined;
  }
}

/** Counts and sums of one day, while its events pass by. The sums are in the order of the metric's numeric fields. */
class DayCount {
  #events = 0;
  readonly #fields: readonly { readonly name: string; readonly scale: number; readonly steps: StepSum }[];

  constructor(numeric: readonly [string, AnyField][]) {
    this.#fields = numeric.map(([name, { scale }]) => ({ name, scale, steps: new StepSum() }));
  }

  add({ data }: StoredEvent): void {
    this.#events += 1;
    for (const { name, scale, steps } of this.#fields) {
      const value = data[name];
      if (typeof value === 'number') steps.add(Math.round(value * scale));
    }
  }

  get sums(): DaySums {
    const sums = new Map([['count', BigInt(this.#events)]]);
    for (const { name, steps } of this.#fields) if (steps.sum !== undefined) sums.set(name, steps.sum);
    return sums;
  }
}

/**
 * Counts and sums a metric's events one by one in big integers, and compares each UTC day with what answers from
 * rollups give. Both read the same span; what is told late meanwhile is in only one of them, so a difference is
 * looked at a second time.
 *
 * @param damaged Days that these touch are counted and not compared.
 * @param onEvent Sees each event, oldest first, so that a history need not be read twice.
 */
export async function recount(
  ask: EventAnswerer,
  metric: CountedMetric,
  span: { readonly since: number; readonly until: number },
  damaged: readonly DamagedSpan[] = [],
  onEvent: (event: StoredEvent) => void = () => undefined,
): Promise<Recount> {
  const first = await recountOnce(ask, metric, span, damaged, onEvent);
  return first.mismatches.length === 0 ? first : recountOnce(ask, metric, span, damaged, () => undefined);
}

async function recountOnce(
  ask: EventAnswerer,
  metric: CountedMetric,
  span: { readonly since: number; readonly until: number },
  damaged: readonly DamagedSpan[],
  onEvent: (event: StoredEvent) => void,
): Promise<Recount> {
  const numeric = Object.entries(metric.fields).filter(([, field]) => isNumeric(field));
  const days = new Map<number, DayCount>();
  let events = 0;
  let repeated = 0;
  let before = -1;
  for await (const batch of ask.events({ metric: metric.name, ...span })) {
    for (const event of batch) {
      onEvent(event);
      events += 1;
      if (event.atMicros <= before) repeated += 1;
      before = event.atMicros;
      const day = dayOf(event.atMicros);
      let count = days.get(day);
      if (count === undefined) days.set(day, (count = new DayCount(numeric)));
      count.add(event);
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
  const lost = damaged.filter((one) => one.metric === metric.name);
  const isWhole = (day: number): boolean =>
    !lost.some(({ fromMicros, toMicros }) => day >= dayOf(fromMicros) && day <= dayOf(toMicros));
  const mismatches = [...new Set([...days.keys(), ...answered.keys()])]
    .filter(isWhole)
    .flatMap((day) => compareDay(metric.name, day, days.get(day)?.sums, answered.get(day), numeric));
  const figures = days.size * (1 + numeric.length);
  return { metric: metric.name, events, days: days.size, figures, rollupHours: plan.rollupHours, mismatches, repeated };
}

const dayOf = (micros: number): number => Math.floor(micros / MICROS_PER_DAY);

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
