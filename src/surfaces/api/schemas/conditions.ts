import type { ApiContext } from '../api-context.ts';
import type { FilterBook } from '../../../query/question.ts';
import { CONDITION_HELP, parseCondition, toFilterBook } from '../../cli/conditions.ts';
import { fieldsOf } from '../../cli/fields-of.ts';
import { listedQuery } from './spans.ts';

/** Conditions, in the words of the command line. */
export const whereQuery = listedQuery(`${CONDITION_HELP}. Several hold together.`);

/** Conditions as a question takes them. @throws CommandError for one that is not understood. */
export async function toFilters(context: ApiContext, metric: string, where: readonly string[]): Promise<FilterBook> {
  if (where.length === 0) return {};
  const fields = await fieldsOf(await context.collector(), metric);
  return toFilterBook(
    where.map((text) => parseCondition(text, 'where')),
    fields,
  );
}
