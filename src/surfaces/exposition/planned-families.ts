import type { Metric } from '../../metrics/define-metric.ts';
import type { Catalogue } from '../../metrics/index.ts';
import { type AnyField, isDimension, isNumeric } from '../../model/field.ts';
import { type BaseUnit, sampleNames } from './family.ts';
import { OWN_FAMILIES } from './own-families.ts';

/** A family that follows from a metric's declaration. */
export type PlannedFamily = {
  readonly kind: 'counter' | 'histogram';
  readonly name: string;
  readonly dotted: string;
  readonly unit: BaseUnit | undefined;
  readonly help: string;
  readonly metric: string;
  readonly category: Metric['category'];
  /** The field that is summed or distributed; absent where events are counted. */
  readonly field: string | undefined;
  readonly labels: readonly string[];
  /** Words of each label, where all of them come from closed lists: such series begin at 0. */
  readonly words: readonly (readonly string[])[] | undefined;
  /** What a value is divided by to be in the base unit. */
  readonly divisor: number;
  /** Of a histogram. */
  readonly bounds: readonly number[];
  /** Events of it name a task, for exemplars. */
  readonly hasTask: boolean;
};

/**
 * Metrics whose events do not add up: levels of a moment, new computations of costs that were told before, and usage,
 * of which the ledger counts each request once however many feeds tell it.
 */
const NOT_ADDED_UP: readonly string[] = ['cluster.snapshot', 'cost.repriced', 'tokens.consumed'];
/** Of usage how long requests took is told all the same: told twice, its distribution stays what it was. */
const TOLD_TWICE = ' A request that two feeds of a client tell is in it twice.';

/** From calls to long tasks. Counts are exact; a value within 1 % of a bound may lie in the neighbouring bucket. */
const BOUNDS_OF_MS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];
const BOUNDS_OF_SECONDS: readonly number[] = [
  1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
];
/** Words of closed lists are told from 0 on up to so many series. */
const MAX_BEGUN = 24;
/** Names that formats use themselves. */
const RESERVED_LABELS: readonly string[] = ['le', 'quantile', 'job', 'instance'];

/** Families of a catalogue, and the metrics or fields left out because of their names. */
export type FamilyPlan = { readonly families: readonly PlannedFamily[]; readonly leftOut: readonly string[] };

/**
 * What is told of each metric: its events by their dimensions, the sums of its numbers, the distribution of its times.
 *
 * Of dimensions those that name nodes are left out: each start of an agent makes a new one, so that their number only
 * grows. Which nodes there are is told by gauges of now.
 */
export function planFamilies(catalogue: Catalogue): FamilyPlan {
  const taken = new Set<string>(Object.values(OWN_FAMILIES).flatMap(sampleNames));
  const families: PlannedFamily[] = [];
  const leftOut: string[] = [];
  for (const family of [...catalogue.values()].flatMap(familiesOf)) {
    const names = sampleNames(family);
    if (names.some((name) => taken.has(name))) leftOut.push(family.name);
    else {
      families.push(family);
      for (const name of names) taken.add(name);
    }
  }
  return { families, leftOut };
}

function familiesOf(metric: Metric): PlannedFamily[] {
  const { category, doc } = metric;
  const base = `amicus_${metric.name.replaceAll('.', '_')}`;
  const entries = Object.entries(metric.fields);
  const dimensions = entries.filter(([name, field]) => isLabel(name, field));
  const labels = dimensions.map(([name]) => name);
  const shape = { metric: metric.name, category, hasTask: metric.fields['task_id']?.kind === 'id' };
  const isAddedUp = !NOT_ADDED_UP.includes(metric.name);
  const counted: PlannedFamily = {
    ...shape,
    kind: 'counter',
    name: base,
    dotted: `amicus.${metric.name}`,
    unit: undefined,
    help: doc,
    field: undefined,
    labels,
    words: wordsOf(dimensions.map(([, field]) => field)),
    divisor: 1,
    bounds: [],
  };
  const told = entries.flatMap(([name, field]): PlannedFamily[] => {
    const { unit, divisor, stem } = baseUnit(name, field);
    const help = `${field.doc} Of ${metric.name}.`;
    const ending = unit === undefined ? stem : `${stem}_${unit}`;
    const common = {
      ...shape,
      name: `${base}_${ending}`,
      dotted: `amicus.${metric.name}.${stem}`,
      unit,
      help,
      field: name,
      words: undefined,
      divisor,
    };
    if (unit === 'seconds' && (isAddedUp || metric.name === 'tokens.consumed')) {
      const bounds = field.unit === 'ms' ? BOUNDS_OF_MS : BOUNDS_OF_SECONDS;
      return [{ ...common, kind: 'histogram', labels: [], bounds, help: isAddedUp ? help : `${help}${TOLD_TWICE}` }];
    }
    // What may be negative can fall.
    const grows = isNumeric(field) && field.kind !== 'delta' && field.min >= 0;
    return grows && isAddedUp && unit !== 'seconds' ? [{ ...common, kind: 'counter', labels, bounds: [] }] : [];
  });
  return isAddedUp ? [counted, ...told] : told;
}

function isLabel(name: string, field: AnyField): boolean {
  return (
    isDimension(field) && !/(^|_)node_id$/.test(name) && !RESERVED_LABELS.includes(name) && !name.endsWith('_version')
  );
}

function baseUnit(name: string, { unit }: AnyField): { unit: BaseUnit | undefined; divisor: number; stem: string } {
  if (unit === 'ms') return { unit: 'seconds', divisor: 1_000, stem: name.replace(/_ms$/, '') };
  if (unit === 'seconds') return { unit, divisor: 1, stem: name.replace(/_seconds$/, '') };
  if (unit === 'usd') return { unit: 'dollars', divisor: 1, stem: name.replace(/_usd$/, '') };
  const isSize = unit === 'bytes' || name.endsWith('_bytes');
  return { unit: isSize ? 'bytes' : undefined, divisor: 1, stem: name.replace(/_bytes$/, '') };
}

/** The words of all labels, when each has a closed list of them and together they make few series. */
function wordsOf(fields: readonly AnyField[]): PlannedFamily['words'] {
  const lists = fields.map(({ kind, words }) => (kind === 'flag' ? ['true', 'false'] : kind === 'one_of' ? words : []));
  const series = lists.reduce((product, { length }) => product * length, 1);
  return series >= 1 && series <= MAX_BEGUN ? lists : undefined;
}
