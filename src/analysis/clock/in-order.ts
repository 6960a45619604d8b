import type { TimeRange } from '../../model/range.ts';

/** The index of the first element, of some in order, that a condition holds for; their number where there is none. */
function firstIndex<T>(sorted: readonly T[], holds: (element: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = sorted[middle];
    if (element !== undefined && holds(element)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of ascending moments the last that is not after `moment`. */
export function lastUpTo(moments: readonly number[], moment: number): number | undefined {
  return moments[firstIndex(moments, (one) => one > moment) - 1];
}

/** Of ascending moments the first after `moment`. */
export function firstAfter(moments: readonly number[], moment: number): number | undefined {
  return moments[firstIndex(moments, (one) => one > moment)];
}

/** Of changes in order of time the first after `moment`. */
export function nextChange<T extends { readonly atMicros: number }>(
  changes: readonly T[],
  moment: number,
): T | undefined {
  return changes[firstIndex(changes, ({ atMicros }) => atMicros > moment)];
}

/** Of changes in order of time the last that is not after `moment` and that a condition holds for. */
export function lastWhere<T extends { readonly atMicros: number }>(
  changes: readonly T[],
  moment: number,
  holds: (change: T) => boolean,
): T | undefined {
  for (let index = firstIndex(changes, ({ atMicros }) => atMicros > moment) - 1; index >= 0; index--) {
    const change = changes[index];
    if (change !== undefined && holds(change)) return change;
  }
  return undefined;
}

/** Of changes in order of time those after `fromMicros` and before `toMicros`. */
export function changesWithin<T extends { readonly atMicros: number }>(
  changes: readonly T[],
  { fromMicros, toMicros }: TimeRange,
): readonly T[] {
  return changes.slice(
    firstIndex(changes, ({ atMicros }) => atMicros > fromMicros),
    firstIndex(changes, ({ atMicros }) => atMicros >= toMicros),
  );
}

/** Stretches that overlap or touch become one; in order of time. */
export function joined(stretches: readonly TimeRange[]): readonly TimeRange[] {
  if (stretches.length < 2) return stretches;
  const whole: TimeRange[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.fromMicros - b.fromMicros)) {
    const last = whole.at(-1);
    if (last === undefined || last.toMicros < stretch.fromMicros) whole.push(stretch);
    else whole[whole.length - 1] = { ...last, toMicros: Math.max(last.toMicros, stretch.toMicros) };
  }
  return whole;
}

/** The parts of stretches that lie within a span. The stretches must be in order and must not overlap. */
export function partsWithin<T extends TimeRange>(stretches: readonly T[], span: TimeRange): readonly T[] {
  if (stretches.length === 0) return [];
  const parts: T[] = [];
  for (let index = firstIndex(stretches, ({ toMicros }) => toMicros > span.fromMicros); ; index++) {
    const stretch = stretches[index];
    if (stretch === undefined || stretch.fromMicros >= span.toMicros) return parts;
    const fromMicros = Math.max(stretch.fromMicros, span.fromMicros);
    const toMicros = Math.min(stretch.toMicros, span.toMicros);
    if (fromMicros < toMicros) parts.push({ ...stretch, fromMicros, toMicros });
  }
}
