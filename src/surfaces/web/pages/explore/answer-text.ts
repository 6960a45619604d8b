import { printable } from '../../../cli/terminal/printable.ts';
import type { AnswerOf } from '../../data/ask.ts';

type Value = string | number | boolean | undefined;
type Plan = AnswerOf<'/series'>['plan'];

/** What a group is called in a legend. */
export function groupName(group: Readonly<Record<string, Value>>, by: readonly string[]): string {
  return by.map((field) => printable(String(group[field] ?? `(no ${field})`))).join(', ');
}

const LEVELS = { raw: 'single events', rollups: 'rollups', mixed: 'rollups and events' } as const;

/** How an answer was found, and how exact it is. */
export function planText({ level, exact, relativeError }: Plan): string {
  const error = relativeError === undefined ? '' : `, percentiles within ${relativeError * 100} %`;
  return `Answered from ${LEVELS[level]}${exact ? ', exactly' : error}.`;
}
