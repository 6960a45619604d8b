import { QueryError } from '../model/errors.ts';
import { type AnyField, isNumeric } from '../model/field.ts';
import type { Filter, FilterValue } from '../model/filter.ts';
import { type AskedMetric, fieldOf } from './asked-metric.ts';
import { nameHint } from './nearest-name.ts';
import { kindInWords } from './parse-aggregation.ts';

const OPERATORS = ['not', 'gt', 'gte', 'lt', 'lte', 'prefix', 'not_prefix', 'present'] as const;
type Operator = (typeof OPERATORS)[number];

function bad(message: string, hint: string): QueryError {
  return new QueryError('BAD_QUESTION', message, { hint });
}

/**
 * Reads the conditions of a question.
 *
 * Numbers and flags may come as text, as they do from a command line. Values never appear in error messages' codes,
 * only in the sentence that refuses them.
 *
 * @throws QueryError `BAD_QUESTION` or `UNKNOWN_FIELD`.
 */
export function parseFilters(book: unknown, metric: AskedMetric): readonly Filter[] {
  if (book === undefined) return [];
  if (typeof book !== 'object' || book === null || Array.isArray(book)) {
    throw bad('"filters" is not an object of conditions by field.', "Write for example { node_id: 'node-1' }.");
  }
  return Object.entries(book).flatMap(([field, condition]) => parseCondition(field, condition, fieldOf(metric, field)));
}

function parseCondition(name: string, condition: unknown, field: AnyField): Filter[] {
  if (Array.isArray(condition)) return [{ field: name, op: 'in', values: valuesOf(name, condition, field) }];
  if (typeof condition !== 'object' || condition === null) {
    return [{ field: name, op: 'eq', value: valueOf(name, condition, field) }];
  }
  const entries = Object.entries(condition).filter(([, value]) => value !== undefined);
  if (entries.length === 0) {
    throw bad(`The filter on "${name}" has no condition.`, `Use a value, a list, or one of ${OPERATORS.join(', ')}.`);
  }
  return entries.map(([operator, value]) => {
    if (!(OPERATORS as readonly string[]).includes(operator)) {
      throw bad(`The filter on "${name}" has no operator "${operator}".`, nameHint(operator, OPERATORS, 'operators'));
    }
    return parseOperator(name, operator as Operator, value, field);
  });
}

function parseOperator(name: string, operator: Operator, value: unknown, field: AnyField): Filter {
  switch (operator) {
    case 'not':
      if (Array.isArray(value)) return { field: name, op: 'not_in', values: valuesOf(name, value, field) };
      return { field: name, op: 'ne', value: valueOf(name, value, field) };
    case 'present': {
      if (value !== true && value !== false)
        throw bad(`"present" on "${name}" is neither true nor false.`, 'Use true or false.');
      return { field: name, op: value ? 'present' : 'absent' };
    }
    case 'prefix':
    case 'not_prefix':
      if (kindInWords(field.kind) !== 'names') {
        throw bad(
          `"${name}" holds ${kindInWords(field.kind)}, which have no beginning.`,
          'A prefix needs a field of names.',
        );
      }
      if (typeof value !== 'string' || value === '')
        throw bad(`The prefix for "${name}" is not a text.`, 'Use a text.');
      return { field: name, op: operator, value };
    default: {
      if (!isNumeric(field)) {
        throw bad(
          `"${name}" holds ${kindInWords(field.kind)}, which have no "${operator}".`,
          'Use a value, a list, "not" or "prefix".',
        );
      }
      return { field: name, op: operator, value: numberOf(name, value) };
    }
  }
}

function valuesOf(name: string, values: readonly unknown[], field: AnyField): FilterValue[] {
  if (values.length === 0)
    throw bad(`The list for "${name}" is empty.`, 'Leave the filter out, or name at least one value.');
  return values.map((value) => valueOf(name, value, field));
}

function valueOf(name: string, value: unknown, field: AnyField): FilterValue {
  if (value === null || value === undefined) {
    throw bad(`The filter on "${name}" has no value.`, `For events without it, write { ${name}: { present: false } }.`);
  }
  if (field.kind === 'names') {
    throw bad(
      `"${name}" holds lists, which cannot be compared.`,
      'Only { present: true } and { present: false } are possible.',
    );
  }
  if (isNumeric(field)) return numberOf(name, value);
  if (field.kind === 'flag') return flagOf(name, value);
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw bad(`The filter on "${name}" compares names with ${typeof value}.`, 'Use a text.');
  }
  const text = String(value);
  if (field.words.length > 0 && !field.words.includes(text)) {
    throw bad(`"${name}" is never "${text.slice(0, 64)}".`, nameHint(text, field.words, 'words'));
  }
  return text;
}

function numberOf(name: string, value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  const shown =
    typeof value === 'string' || typeof value === 'number' ? `"${String(value).slice(0, 64)}"` : typeof value;
  throw bad(
    `"${name}" holds numbers, and ${shown} is not one.`,
    'Use a number, in the unit that the name of the field ends in.',
  );
}

function flagOf(name: string, value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw bad(`"${name}" is true or false, and nothing else.`, 'Use true or false.');
}
