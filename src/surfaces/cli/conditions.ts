import type { Fields } from '../../metrics/define-metric.ts';
import { isNumeric } from '../../model/field.ts';
import type { FilterValue } from '../../model/filter.ts';
import type { FieldCondition, FilterBook } from '../../query/question.ts';
import { CommandError } from './command-error.ts';

/** A condition as typed after `--where`. */
export type TypedCondition = { readonly field: string; readonly operator: Operator; readonly text: string };

const OPERATORS = ['!^=', '^=', '!=', '>=', '<=', '=', '>', '<'] as const;
type Operator = (typeof OPERATORS)[number] | 'present' | 'absent';

/** What `--where` takes, for help. */
export const CONDITION_HELP =
  'only events where: field=value, field=a,b, field!=value, field>5 (also >=, <, <=), field^=prefix, field (is there), !field (is not)';

const CONDITION = /^([A-Za-z][A-Za-z0-9_]*)(!\^=|\^=|!=|>=|<=|=|>|<)(.*)$/su;

/** Parses `outcome=failure,partial`, `duration_seconds>60`, `node_id^=Dev`, `task_id`, `!task_id`. */
export function parseCondition(text: string, flag: string): TypedCondition {
  const [, field, operator, value] = CONDITION.exec(text) ?? [];
  if (field !== undefined && value !== undefined) return { field, operator: operator as Operator, text: value };
  const [, not, name] = /^(!?)([A-Za-z][A-Za-z0-9_]*)$/.exec(text) ?? [];
  if (name !== undefined) return { field: name, operator: not === '!' ? 'absent' : 'present', text: '' };
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} does not understand "${text}".`,
    `For example ${flag} outcome=failure, or ${flag} 'duration_seconds>60'; operators: ${OPERATORS.toReversed().join(' ')}.`,
  );
}

function toNumber({ field, text }: TypedCondition): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandError('WRONG_USAGE', `${field} is compared with a number, and "${text}" is none.`);
}

function toValue(condition: TypedCondition, text: string, fields: Fields): FilterValue {
  const field = fields[condition.field];
  if (field !== undefined && isNumeric(field)) return toNumber({ ...condition, text });
  if (field?.kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function toCondition(condition: TypedCondition, fields: Fields): FieldCondition {
  const oneOrList = (): FilterValue | readonly FilterValue[] => {
    const values = condition.text.split(',').map((text) => toValue(condition, text, fields));
    const [first] = values;
    return values.length === 1 && first !== undefined ? first : values;
  };
  switch (condition.operator) {
    case '=':
      return oneOrList();
    case '!=':
      return { not: oneOrList() };
    case '^=':
      return { prefix: condition.text };
    case '!^=':
      return { not_prefix: condition.text };
    case '>':
      return { gt: toNumber(condition) };
    case '>=':
      return { gte: toNumber(condition) };
    case '<':
      return { lt: toNumber(condition) };
    case '<=':
      return { lte: toNumber(condition) };
    case 'present':
      return { present: true };
    case 'absent':
      return { present: false };
  }
}

type Operators = Exclude<FieldCondition, FilterValue | readonly FilterValue[]>;

const isOperators = (condition: FieldCondition): condition is Operators =>
  typeof condition === 'object' && !Array.isArray(condition);

/**
 * Conditions as a question takes them. All hold together; several operators on one field are joined.
 *
 * @param fields The metric's fields, which say what is a number. A field not among them is compared as text, and the
 *   question itself refuses it by name.
 */
export function toFilterBook(conditions: readonly TypedCondition[], fields: Fields): FilterBook {
  const book: Record<string, FieldCondition> = {};
  for (const condition of conditions) {
    const next = toCondition(condition, fields);
    const before = book[condition.field];
    if (before === undefined) book[condition.field] = next;
    else if (isOperators(before) && isOperators(next)) book[condition.field] = { ...before, ...next };
    else {
      throw new CommandError(
        'WRONG_USAGE',
        `There are two conditions on ${condition.field}, and one is for certain values.`,
        `Give all values at once: --where ${condition.field}=a,b.`,
      );
    }
  }
  return book;
}
