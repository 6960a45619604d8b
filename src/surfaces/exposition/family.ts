/** Units that leave: the base ones, whatever the unit a field is kept in. */
export type BaseUnit = 'seconds' | 'bytes' | 'dollars';

/** Names and values. A field that an event lacks has no entry. */
export type Labels = Readonly<Record<string, string>>;

/** One event behind a figure. */
export type Exemplar = { readonly labels: Labels; readonly value: number; readonly atMicros: number };

type Head = {
  /** Without the endings that formats add, such as `_total`. */
  readonly name: string;
  /** The name in words joined by dots, without its unit: as OpenTelemetry names things. */
  readonly dotted: string;
  readonly unit?: BaseUnit | undefined;
  readonly help: string;
};
export type NumberPoint = { readonly labels: Labels; readonly value: number };
export type HistogramPoint = {
  readonly labels: Labels;
  /** How many values lie in each bucket, not added up; one more than there are bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
  /** By bucket. */
  readonly exemplars: readonly (Exemplar | undefined)[];
};
export type HistogramFamily = Head & {
  readonly kind: 'histogram';
  /** Upper bounds, ascending and included; what is above all of them has a bucket of its own. */
  readonly bounds: readonly number[];
  readonly points: readonly HistogramPoint[];
};

/** Figures of one meaning, as they leave for other programs; no two points have the same labels. */
export type Family =
  /** `counter`: what only grows. `gauge`: what is now. `info`: names alone, each with the value 1. */
  (Head & { readonly kind: 'counter' | 'gauge' | 'info'; readonly points: readonly NumberPoint[] }) | HistogramFamily;

/** The names under which samples of a family are written, for finding two families that would be mistaken for one. */
export function sampleNames({ kind, name }: Pick<Family, 'kind' | 'name'>): readonly string[] {
  if (kind === 'counter') return [name, `${name}_total`, `${name}_created`];
  if (kind === 'info') return [name, `${name}_info`];
  if (kind === 'gauge') return [name];
  return [name, `${name}_bucket`, `${name}_count`, `${name}_sum`, `${name}_created`];
}
