import { wrapped } from './terminal/wrapped.ts';
import type { CommandEntry } from './command.ts';

/** Options that every command takes, before or after its name: flags and meaning. */
export const GLOBAL_OPTIONS: readonly (readonly [flags: string, doc: string])[] = [
  ['--dir <folder>', 'the context folder (.ai) to use; default: CONTEXT_BUS_DIR, else ./.ai'],
  ['--json', 'print JSON'],
  ['--csv', 'print CSV, where the answer is a table'],
  ['--since <time>', 'from when: 24h, 7d, 2026-11-24, 2026-11-24T10:00'],
  ['--until <time>', 'until when, in the same forms; default: now'],
  ['--tz <zone>', "time zone of times read and printed, such as Europe/Paris; default: this machine's"],
  ['--no-color', 'no colours (also: NO_COLOR=1)'],
  ['-V, --version', 'print the version'],
];

export const PROGRAM_NAME = 'amicus-metrics';
export const PROGRAM_DOC =
  'Metrics for clusters of AI coding agents that share an Amicus context: record, keep and ask.';
export const HELP_FLAGS = '-h, --help';
export const HELP_DOC = 'print what a command takes';

const EXIT_CODES = 'Exit codes: 0 done, 1 failed or does not hold, 2 wrong usage, 3 no store or nothing of that name.';
const GAP = 2;

/**
 * What `amicus-metrics --help` prints. Written here and not by the command-line library, which takes longer to load
 * than everything else that help needs.
 */
export function mainHelp(entries: readonly CommandEntry[], width: number): string {
  const options = [...GLOBAL_OPTIONS, [HELP_FLAGS, HELP_DOC] as const];
  const commands = [
    ...entries.map(({ name, summary }) => [name, summary] as const),
    ['help [command]', HELP_DOC] as const,
  ];
  const column = Math.max(...[...options, ...commands].map(([term]) => term.length)) + 2 * GAP;
  const list = (items: readonly (readonly [string, string])[]): string[] =>
    items.flatMap(([term, doc]) => {
      const [first = '', ...more] = wrapped(doc, Math.max(20, width - column));
      const indent = ' '.repeat(column);
      return [`${' '.repeat(GAP)}${term}`.padEnd(column) + first, ...more.map((line) => indent + line)];
    });
  return [
    `Usage: ${PROGRAM_NAME} <command> [options]`,
    '',
    ...wrapped(PROGRAM_DOC, width),
    '',
    'Commands:',
    ...list(commands),
    '',
    'Options:',
    ...list(options),
    '',
    ...wrapped(EXIT_CODES, width),
    '',
  ].join('\n');
}
