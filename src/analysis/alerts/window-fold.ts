import type { StoredEvent } from '../../model/event.ts';
import type { AggregateRow, Aggregation, Value } from '../../query/question.ts';
import { ascending, quantile } from '../statistics/quantiles.ts';

/** A part of a window: one step of it as an aggregate, or one event. */
type Item<Part> = { readonly atMicros: number; readonly part: Part };
/** All items of one group, ascending. */
export type Items<Part> = readonly Item<Part>[];

/** Figures of one step, by aggregation. */
type StepFigures = AggregateRow['values'];

/** How a figure of a window is put together. Of nothing, counts are 0 and all else is absent. */
export type WindowFold =
  | {
      /** From figures of steps, which add up: exact, and answered from rollups where steps are whole hours. */
      readonly from: 'steps';
      readonly parts: readonly Aggregation[];
      readonly fold: (parts: readonly StepFigures[], windowSeconds: number) => number | undefined;
    }
  | {
      /** From each event's value. */
      readonly from: 'events';
      readonly field: string;
      readonly fold: (values: readonly Value[], windowSeconds: number) => number | undefined;
    };

const FORM = /^([a-z]+)(\d+(?:\.\d+)?)?(?:\(\s*([^()\s]+)\s*\))?$/;

const numbersOf = (parts: readonly StepFigures[], aggregation: Aggregation): number[] =>
  parts.map((part) => part[aggregation]).filter((value) => typeof value === 'number');

const sumOf = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : numbers.reduce((a, b) => a + b, 0);

/**
 * How an aggregation is computed over sliding windows. The words are those of questions; whether the field is one of
 * the metric, and of the right kind, is for the question to say.
 *
 * @returns Nothing for what questions do not know either.
 */
export function windowFold(aggregation: Aggregation): WindowFold | undefined {
  const [, fn, percent, field] = FORM.exec(aggregation.trim()) ?? [];
  const extreme = (pick: (a: number, b: number) => number) => (parts: readonly StepFigures[]) => {
    const numbers = numbersOf(parts, aggregation);
    return numbers.length === 0 ? undefined : numbers.reduce((a, b) => pick(a, b));
  };
  if (fn === 'count') {
    return { from: 'steps', parts: [aggregation], fold: (parts) => sumOf(numbersOf(parts, aggregation)) ?? 0 };
  }
  if (fn === 'rate' && field === undefined) {
    return {
      from: 'steps',
      parts: ['count'],
      fold: (parts, seconds) => (sumOf(numbersOf(parts, 'count')) ?? 0) / seconds,
    };
  }
  if (field === undefined) return undefined;
  const [sum, count] = [`sum(${field})`, `count(${field})`];
  switch (fn) {
    case 'sum':
      return { from: 'steps', parts: [sum], fold: (parts) => sumOf(numbersOf(parts, sum)) };
    case 'rate':
      return {
        from: 'steps',
        parts: [sum],
        fold: (parts, seconds) => {
          const total = sumOf(numbersOf(parts, sum));
          return total === undefined ? undefined : total / seconds;
        },
      };
    case 'avg':
      return {
        from: 'steps',
        parts: [sum, count],
        fold: (parts) => {
          const [total, number] = [sumOf(numbersOf(parts, sum)), sumOf(numbersOf(parts, count))];
          return total === undefined || number === undefined || number === 0 ? undefined : total / number;
        },
      };
    case 'min':
      return { from: 'steps', parts: [aggregation], fold: extreme(Math.min) };
    case 'max':
      return { from: 'steps', parts: [aggregation], fold: extreme(Math.max) };
    case 'median':
      return { from: 'events', field, fold: (values) => percentileOf(values, 50) };
    case 'p':
      return { from: 'events', field, fold: (values) => percentileOf(values, Number(percent)) };
    case 'distinct':
      return { from: 'events', field, fold: (values) => new Set(values.filter((value) => value !== undefined)).size };
    case 'first':
      return { from: 'events', field, fold: (values) => numberOf(values.find((value) => value !== undefined)) };
    case 'last':
      return { from: 'events', field, fold: (values) => numberOf(values.findLast((value) => value !== undefined)) };
    default:
      return undefined;
  }
}

const numberOf = (value: Value): number | undefined => (typeof value === 'number' ? value : undefined);

function percentileOf(values: readonly Value[], percent: number): number | undefined {
  return quantile(ascending(values.filter((value) => typeof value === 'number')), percent / 100);
}

/** A field of an event as an answer has it; lists have no value. */
export function valueOf(event: StoredEvent, field: string): Value {
  const own: Readonly<Record<string, Value>> = {
    node_id: event.node_id,
    source: event.source,
    cluster: event.cluster,
    inferred: event.inferred,
  };
  const value = event.data[field] ?? own[field];
  return typeof value === 'object' ? undefined : value;
}

/**
 * Figures of a window that slides over items: for each end, in ascending order, of what lies in `windowMicros` before it.
 */
export function slide<Part>(
  items: Items<Part>,
  ends: readonly number[],
  windowMicros: number,
  fold: (parts: readonly Part[], windowSeconds: number) => number | undefined,
): (number | undefined)[] {
  let from = 0;
  let to = 0;
  let known: number | undefined;
  let knownFrom = -1;
  let knownTo = -1;
  return ends.map((end) => {
    while ((items[to]?.atMicros ?? Number.POSITIVE_INFINITY) < end) to++;
    while (from < to && (items[from]?.atMicros ?? 0) < end - windowMicros) from++;
    // Windows that hold the same items have the same figure: most do where events are rare.
    if (from === knownFrom && to === knownTo) return known;
    const parts = items.slice(from, to).map(({ part }) => part);
    [known, knownFrom, knownTo] = [fold(parts, windowMicros / 1e6), from, to];
    return known;
  });
}
