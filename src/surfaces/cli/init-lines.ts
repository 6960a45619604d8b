import type { FilePlan } from '../setup/plan-change.ts';
import { printable } from './terminal/printable.ts';
import type { Style } from './terminal/style.ts';

/** A line of a file on one line may be long; what changes stands at its beginning and end. */
const MAX_LINE_LENGTH = 200;

const STATES = {
  wrap: 'to be measured',
  unwrap: 'no longer to be measured',
  'wrapped already': 'measured already',
  'not wrapped': 'not measured',
  http: 'left as it is: it has an address; put that of `amicus-metrics wrap --http <url>` in its place',
  unreadable: 'left as it is: its command line is of no known form',
  'not chosen': 'left as it is: not chosen',
} as const satisfies Record<FilePlan['servers'][number]['state'], string>;

const PROBLEMS = {
  not_parsed: 'cannot be read in its format, and is left alone',
  not_safe: 'cannot be changed without changing more than was meant, and is left alone',
} as const;

/** A planned change as a difference: the file, its servers, and the lines before and after. */
export function planLines(plan: FilePlan, style: Style): readonly string[] {
  const title = style('strong', printable(plan.path));
  if (plan.problem !== undefined) return [`${title} (${plan.client}) ${PROBLEMS[plan.problem]}.`];
  return [
    `${title} (${plan.client})`,
    ...plan.servers.map(({ name, state }) => `  ${printable(name)}: ${STATES[state]}`),
    ...plan.difference.flatMap(({ line, removed, added }) => [
      style('quiet', `@@ line ${line} @@`),
      ...removed.map((text) => style('bad', `- ${shortened(text)}`)),
      ...added.map((text) => style('good', `+ ${shortened(text)}`)),
    ]),
  ];
}

function shortened(text: string): string {
  const shown = printable(text.replaceAll('\t', '  '));
  return shown.length > MAX_LINE_LENGTH ? `${shown.slice(0, MAX_LINE_LENGTH)}…` : shown;
}
