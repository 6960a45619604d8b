import { SOURCES } from '../model/event.ts';
import { QueryError } from '../model/errors.ts';
import { type AnyField, flag, name, oneOf } from '../model/field.ts';
import type { Catalogue } from '../metrics/index.ts';
import type { StoredMetric } from '../store/store.ts';
import { nameHint } from './nearest-name.ts';

/** What every event has besides its metric's fields, and can be asked for like them. */
const ORIGIN_FIELDS: Readonly<Record<string, AnyField>> = {
  source: oneOf(SOURCES, 'Where the event comes from.'),
  cluster: name('Which cluster, where one store holds several.'),
  inferred: flag('Whether the event was concluded rather than observed.'),
};

/** A metric, as far as it can be asked for. */
export type AskedMetric = {
  readonly name: string;
  /** Declared ones, and those of the event itself. */
  readonly fields: Readonly<Record<string, AnyField>>;
  /** Fields that some stored event could have; the others are declared, but were never recorded. */
  readonly storedFields: ReadonlySet<string>;
  /** False when no event of it was ever stored. */
  readonly stored: boolean;
};

/**
 * Finds a metric among those that are stored and those that are declared.
 *
 * @throws QueryError `UNKNOWN_METRIC` with the nearest name and the list.
 */
export function findMetric(asked: unknown, stored: readonly StoredMetric[], catalogue: Catalogue): AskedMetric {
  if (typeof asked !== 'string' || asked === '') {
    throw new QueryError('BAD_QUESTION', 'The question names no metric.', {
      hint: 'Set "metric", for example to \'task.completed\'.',
    });
  }
  const kept = stored.find((metric) => metric.name === asked);
  const declared = catalogue.get(asked);
  if (kept === undefined && declared === undefined) {
    const names = [...new Set([...catalogue.keys(), ...stored.map((metric) => metric.name)])].sort();
    throw new QueryError('UNKNOWN_METRIC', `There is no metric "${asked.slice(0, 64)}".`, {
      hint: nameHint(asked, names, 'metrics'),
    });
  }
  return {
    name: asked,
    // A stored declaration has lost the words of its lists; the catalogue's comes second, to put them back.
    fields: { ...kept?.fields, ...declared?.fields, ...ORIGIN_FIELDS },
    storedFields: new Set([...Object.keys(kept?.fields ?? {}), ...Object.keys(ORIGIN_FIELDS)]),
    stored: kept !== undefined,
  };
}

/**
 * A field of the metric.
 *
 * @throws QueryError `UNKNOWN_FIELD` with the nearest name and the list.
 */
export function fieldOf(metric: AskedMetric, asked: string): AnyField {
  const field = Object.hasOwn(metric.fields, asked) ? metric.fields[asked] : undefined;
  if (field !== undefined) return field;
  throw new QueryError('UNKNOWN_FIELD', `The metric "${metric.name}" has no field "${asked.slice(0, 64)}".`, {
    hint: ['timestamp', 'at', 'time'].includes(asked)
      ? 'Times are asked for with "since" and "until".'
      : nameHint(asked, Object.keys(metric.fields), 'fields'),
  });
}
