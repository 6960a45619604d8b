import { join, resolve } from 'node:path';

import {
  FAULT_KINDS,
  FAULT_STRENGTHS,
  FAULTS,
  type FaultKind,
  type PlannedFault,
} from '../../../example/simulation/fault-book.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, listOption, valueOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { prepareFolder, writeHistory } from '../live/example-history.ts';
import { parseCount } from '../option-values.ts';
import { printable } from '../terminal/printable.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { formatCount } from '../terminal/units.ts';

const DEFAULT_DAYS = 30;
/** More than that says nothing new, and takes minutes. */
const MOST_DAYS = 400;
const DEFAULT_FAULT_DAYS = 3;
type Trouble = Pick<PlannedFault, 'kind' | 'strength'>;
/** Two that have nothing to do with each other: one takes time, one takes money. */
const DEFAULT_TROUBLE: readonly Trouble[] = [
  { kind: 'lock_contention', strength: 'strong' },
  { kind: 'low_cache_use', strength: 'moderate' },
];

function parseFault(text: string, flag: string): Trouble {
  const [word, strengthWord = 'moderate', ...rest] = text.split(':');
  const kind = FAULT_KINDS.find((known) => known === word);
  const strength = FAULT_STRENGTHS.find((known) => known === strengthWord);
  if (kind !== undefined && strength !== undefined && rest.length === 0) return { kind, strength };
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} does not know "${text}".`,
    `Choose one of ${FAULT_KINDS.join(', ')}; ":strong" after it makes it worse.`,
  );
}

function parseDays(text: string, flag: string): number {
  const days = parseCount(text, flag);
  if (days <= MOST_DAYS) return days;
  throw new CommandError('WRONG_USAGE', `${flag} takes up to ${MOST_DAYS} days, and got ${days}.`);
}

const docOf = (kind: FaultKind): string => FAULTS[kind].doc;

export const exampleCommand = defineCommand({
  description:
    'Writes the history of an invented cluster that ends now, to try everything on before there is a history of your ' +
    'own: tasks, nodes, requests and their costs, tests, changed files, with busy hours, quiet weekends and long tails, ' +
    'and with faults in its last days for `insights` to find. The same seed gives the same cluster. It goes into a ' +
    'context folder of its own; a folder that holds anything else is refused, and one that was written so before is ' +
    'written anew.\n\n' +
    `Faults:\n${FAULT_KINDS.map((kind) => `  ${kind.padEnd(20)}${docOf(kind)}`).join('\n')}`,
  arguments: {},
  options: {
    into: valueOption('<folder>', 'where it goes; default: ./amicus-example/.ai'),
    days: valueOption('<count>', `how long the history is; default ${DEFAULT_DAYS}`, { parse: parseDays }),
    seed: valueOption('<number>', 'which cluster; default 1', { parse: parseCount }),
    fault: listOption('<kind>', 'what goes wrong in the last days, once or more; `<kind>:strong` for more of it', {
      words: FAULT_KINDS,
      parse: parseFault,
    }),
    faultDays: valueOption('<count>', `how many last days it goes wrong; default ${DEFAULT_FAULT_DAYS}`, {
      parse: parseDays,
    }),
    quiet: flagOption('nothing goes wrong'),
  },
  examples: [
    { line: 'amicus-metrics example', doc: 'a month, with a lock that is held too long and a cache that is missed' },
    { line: 'amicus-metrics example --into demo --fault backlog:strong', doc: 'tasks pile up' },
    { line: 'amicus-metrics example --into calm --quiet --days 60', doc: 'two months in which nothing is wrong' },
  ],
  endsItself: true,
  async run(context, { options }) {
    const { seed = 1, days = DEFAULT_DAYS, faultDays = DEFAULT_FAULT_DAYS } = options;
    if (options.quiet && options.fault.length > 0) {
      throw new CommandError('WRONG_USAGE', '--quiet and --fault do not go together.', 'Give one of them.');
    }
    const trouble = options.quiet ? [] : options.fault.length > 0 ? options.fault : DEFAULT_TROUBLE;
    const fromDay = Math.max(days - faultDays, 0);
    const faults = trouble.map(({ kind, strength }) => ({ kind, strength, fromDay, toDay: days }));
    const given = options.into ?? join('amicus-example', '.ai');
    const directory = resolve(context.cwd, given);
    prepareFolder(directory);
    const bar = progressBar(context.stderr, context.clock, context.style, `Inventing ${days} days`);
    const events = await writeHistory(context, { directory, seed, days, faults }, (part, told) => {
      bar.update(part, `${formatCount(told)} events`);
    }).finally(() => bar.end());
    if (context.signal.aborted) {
      context.note('Stopped before the end. Run it again to begin anew.');
      return EXIT.interrupted;
    }
    if (context.format === 'json') {
      context.printJson({ directory, seed, days, events, faults });
      return EXIT.ok;
    }
    context.print(
      `${formatCount(events)} events of an invented cluster, the last ${days} days: ${printable(directory)}`,
    );
    for (const { kind, strength } of faults) {
      context.print(`  in its last ${days - fromDay} days ${kind}, ${strength}: ${docOf(kind)}`);
    }
    const folder = printable(given);
    context.print('');
    for (const [command, doc] of NEXT) context.print(`  amicus-metrics ${command} --dir ${folder}  ${doc}`);
    return EXIT.ok;
  },
});

const NEXT: readonly (readonly [string, string])[] = [
  ['insights', 'what is wrong, and what to do about it'],
  ['clock', 'where the time of tasks and nodes went'],
  ['overview', 'what the cluster did'],
  ['costs --by model', 'what it cost'],
];
