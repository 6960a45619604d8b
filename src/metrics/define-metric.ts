import { ConfigError } from '../model/errors.ts';
import { type AnyField, type Field, isNumeric, name } from '../model/field.ts';

/** Groups of metrics that are switched on and off together. The first word of a metric's name need not be its category. */
export const CATEGORIES = [
  'cluster',
  'node',
  'task',
  'state',
  'sessions',
  'tools',
  'tokens',
  'quality',
  'messages',
  'insights',
  'custom',
] as const;
export type Category = (typeof CATEGORIES)[number];

export type Fields = Readonly<Record<string, AnyField>>;

/** A metric, declared. Everything that is known of it (type, check, columns, rollups, docs) derives from this. */
export type Metric<Name extends string = string, F extends Fields = Fields> = {
  readonly name: Name;
  readonly category: Category;
  /** What one event of it means; first sentence of its reference entry. */
  readonly doc: string;
  readonly fields: F;
};

type RequiredNames<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, true> ? K : never;
}[keyof F];
type ValueOf<T> = T extends Field<infer Value, boolean> ? Value : never;

/** The data of one event of a metric: required fields must be there, all others may be absent. */
export type DataOf<M extends Metric> = { readonly [K in RequiredNames<M['fields']>]: ValueOf<M['fields'][K]> } & {
  readonly [K in Exclude<keyof M['fields'], RequiredNames<M['fields']>>]?: ValueOf<M['fields'][K]> | undefined;
};

/** Every metric has this one, so that any event can be told by node. */
const COMMON_FIELDS = { node_id: name('The node it is about, or that did it. Absent when unknown.') } as const;

const METRIC_NAME = /^[a-z][a-z0-9_]{0,30}(\.[a-z][a-z0-9_]{0,30}){1,3}$/;
const FIELD_NAME = /^[a-z][a-z0-9_]{0,47}$/;
/** Names that the public form of an event and the SQL views use for something else. */
const RESERVED_FIELDS = ['timestamp', 'at', 'id', 'metric', 'source', 'inferred', 'cluster', 'identity', 't', 'o'];
/** Enough for every known source, small enough for one presence word in a spooled event. */
export const MAX_FIELDS = 30;

/**
 * Declare a metric.
 *
 * `node_id` is added where the declaration does not name it. Field names of measures end in their unit, so that
 * no reader has to guess.
 *
 * @throws ConfigError `BAD_METRIC` naming the rule that the declaration breaks.
 */
export function defineMetric<const Name extends string, const F extends Fields>(declaration: {
  readonly name: Name;
  readonly category: Category;
  readonly doc: string;
  readonly fields: F;
}): Metric<Name, typeof COMMON_FIELDS & F> {
  const { name: metricName, category, doc } = declaration;
  const fields = { ...COMMON_FIELDS, ...declaration.fields };
  const refuse = (problem: string): never => {
    throw new ConfigError('BAD_METRIC', `The metric "${metricName}" ${problem}.`);
  };
  if (!METRIC_NAME.test(metricName)) {
    refuse('needs a name of lower-case words joined by dots, such as "build.finished"');
  }
  if (!CATEGORIES.includes(category))
    refuse(`has the category "${category}"; one of ${CATEGORIES.join(', ')} is needed`);
  if (Object.keys(fields).length > MAX_FIELDS) refuse(`has more than ${MAX_FIELDS} fields`);
  for (const [fieldName, field] of Object.entries<AnyField>(fields)) {
    if (!FIELD_NAME.test(fieldName)) refuse(`has a field "${fieldName}"; lower-case words joined by "_" are needed`);
    if (RESERVED_FIELDS.includes(fieldName)) refuse(`has a field "${fieldName}", a name that every event uses itself`);
    if (field.unit !== undefined && !fieldName.endsWith(`_${field.unit}`)) {
      refuse(`measures "${fieldName}" in ${field.unit}, so the field's name must end in "_${field.unit}"`);
    }
    if (field.kind === 'one_of' && field.words.length === 0) refuse(`gives "${fieldName}" no words to choose from`);
    if (isNumeric(field) && !(field.min <= field.max)) refuse(`gives "${fieldName}" no possible value`);
  }
  return { name: metricName, category, doc, fields };
}
