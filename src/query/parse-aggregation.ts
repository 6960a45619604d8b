import { QueryError } from '../model/errors.ts';
import { isNumeric } from '../model/field.ts';
import { type AskedMetric, fieldOf } from './asked-metric.ts';
import { nearestName } from './nearest-name.ts';
import type { Aggregation } from './question.ts';

type FieldFunction = 'count' | 'sum' | 'avg' | 'min' | 'max' | 'rate' | 'first' | 'last' | 'distinct';

/** An aggregation, understood. `asked` is how it was written, and the key of its figure in the answer. */
export type ParsedAggregation = { readonly asked: Aggregation } & (
  | { readonly fn: 'count' | 'rate'; readonly field?: undefined }
  | { readonly fn: FieldFunction; readonly field: string }
  | { readonly fn: 'percentile'; readonly field: string; readonly p: number }
);

const FORM = /^([a-z]+)(\d+(?:\.\d+)?)?(?:\(\s*([^()\s]+)\s*\))?$/;
const NUMBERS_ONLY: readonly string[] = ['sum', 'avg', 'min', 'max', 'rate', 'percentile'];
const FUNCTIONS: readonly string[] = ['count', 'sum', 'avg', 'min', 'max', 'distinct', 'first', 'last', 'rate'];

const EXAMPLES =
  "Write 'count', 'rate', 'sum(f)', 'avg(f)', 'min(f)', 'max(f)', 'p95(f)', 'distinct(f)', 'first(f)' or 'last(f)', with a field for f.";

function bad(message: string, hint = EXAMPLES): QueryError {
  return new QueryError('BAD_QUESTION', message, { hint });
}

/**
 * Reads an aggregation such as `count`, `avg(duration_ms)` or `p99.9(duration_ms)`.
 *
 * @throws QueryError `BAD_QUESTION` or `UNKNOWN_FIELD`.
 */
export function parseAggregation(asked: unknown, metric: AskedMetric): ParsedAggregation {
  if (typeof asked !== 'string') throw bad(`An aggregation is a text, not ${typeof asked}.`);
  const shown = asked.slice(0, 64);
  const [, word, number, field] = FORM.exec(asked.trim()) ?? [];
  if (word === undefined) throw bad(`"${shown}" is not an aggregation.`);
  const fn = functionOf(word, number, shown);
  if (field === undefined) {
    if (fn === 'count' || fn === 'rate') return { asked, fn };
    throw bad(`"${shown}" needs a field.`, `Write it as "${shown}(field)".`);
  }
  const { kind } = fieldOf(metric, field);
  if (NUMBERS_ONLY.includes(fn) && !isNumeric({ kind })) {
    throw bad(`"${shown}" needs a field of numbers, and "${field}" holds ${kindInWords(kind)}.`, numericHint(metric));
  }
  if (kind === 'names' && fn !== 'count') {
    throw bad(
      `"${shown}" cannot be computed, because "${field}" holds lists.`,
      `"count(${field})" counts the events that have one.`,
    );
  }
  if (fn !== 'percentile') return { asked, fn, field };
  return { asked, fn, field, p: word === 'median' ? 50 : Number(number) };
}

function functionOf(word: string, number: string | undefined, shown: string): FieldFunction | 'percentile' {
  if (word === 'median' && number === undefined) return 'percentile';
  if (word === 'p' && number !== undefined) {
    if (Number(number) <= 100) return 'percentile';
    throw bad(`"${shown}" asks for a percentile above 100.`, "Percentiles go from 'p0' to 'p100'.");
  }
  if (number === undefined && FUNCTIONS.includes(word)) return word as FieldFunction;
  const near = nearestName(word, FUNCTIONS);
  throw bad(`"${shown}" is not an aggregation.`, near === undefined ? EXAMPLES : `Did you mean "${near}"? ${EXAMPLES}`);
}

function numericHint(metric: AskedMetric): string {
  const numeric = Object.keys(metric.fields).filter((field) => isNumeric(fieldOf(metric, field)));
  if (numeric.length === 0) return `"${metric.name}" has no field of numbers; use "count".`;
  return `Fields of numbers: ${numeric.join(', ')}.`;
}

/** What a field holds, for a sentence. */
export function kindInWords(kind: string): string {
  if (kind === 'flag') return 'true or false';
  if (kind === 'names') return 'lists of names';
  return kind === 'id' || kind === 'name' || kind === 'one_of' ? 'names' : 'numbers';
}
