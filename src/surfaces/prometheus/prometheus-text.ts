import type { Exemplar, Family, HistogramPoint, Labels, NumberPoint } from '../exposition/family.ts';

/** The two texts that a Prometheus reads: OpenMetrics 1.0, and the classic one before it. */
export type TextFormat = 'openmetrics' | 'classic';

/** What an answer of each format says of itself. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  classic: 'text/plain; version=0.0.4; charset=utf-8',
};

/**
 * Families as text. A pure function: what is in it is what was given, in the order in which it was given.
 *
 * Only OpenMetrics has units, exemplars and an end mark. In the classic text a counter's name ends in `_total` also where
 * its type is told, and an info is a gauge.
 */
export function prometheusText(families: readonly Family[], format: TextFormat): string {
  const lines = families.flatMap((family) => [...headOf(family, format), ...samplesOf(family, format)]);
  return format === 'openmetrics' ? `${[...lines, '# EOF'].join('\n')}\n` : lines.map((line) => `${line}\n`).join('');
}

const ENDINGS: Readonly<Partial<Record<Family['kind'], string>>> = { counter: '_total', info: '_info' };

function headOf({ kind, name, unit, help }: Family, format: TextFormat): readonly string[] {
  if (format === 'openmetrics') {
    const unitLine = unit === undefined ? [] : [`# UNIT ${name} ${unit}`];
    return [`# TYPE ${name} ${kind}`, ...unitLine, `# HELP ${name} ${escaped(help)}`];
  }
  const own = `${name}${ENDINGS[kind] ?? ''}`;
  return [
    `# HELP ${own} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
    `# TYPE ${own} ${kind === 'info' ? 'gauge' : kind}`,
  ];
}

function samplesOf(family: Family, format: TextFormat): readonly string[] {
  if (family.kind === 'histogram') {
    return family.points.flatMap((point) => histogramLines(family.name, family.bounds, point, format));
  }
  const name = `${family.name}${ENDINGS[family.kind] ?? ''}`;
  return family.points.map(({ labels, value }: NumberPoint) => `${name}${labelText(labels)} ${numberText(value)}`);
}

function histogramLines(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum, exemplars }: HistogramPoint,
  format: TextFormat,
): readonly string[] {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    const bound = bounds[i];
    const le = bound === undefined ? '+Inf' : boundText(bound);
    const exemplar = format === 'openmetrics' ? exemplars[i] : undefined;
    return `${name}_bucket${labelText({ ...labels, le })} ${numberText(total)}${exemplarText(exemplar)}`;
  });
  return [
    ...buckets,
    `${name}_sum${labelText(labels)} ${numberText(sum)}`,
    `${name}_count${labelText(labels)} ${total}`,
  ];
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return '';
  const { labels, value, atMicros } = exemplar;
  return ` # {${pairs(labels)}} ${numberText(value)} ${(atMicros / 1e6).toFixed(3)}`;
}

const labelText = (labels: Labels): string => {
  const text = pairs(labels);
  return text === '' ? '' : `{${text}}`;
};

const pairs = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** A lone surrogate is no character, and would not survive being written as UTF-8. */
const escaped = (text: string): string =>
  text.toWellFormed().replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? '');

/** A bound is a float in both formats, so that its series stays the same whichever is read. */
const boundText = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : String(bound));

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
