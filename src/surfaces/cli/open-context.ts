import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { type MetricsCollector, openMetrics } from '../../metrics-collector.ts';
import { StoreError } from '../../model/errors.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext, World } from './context.ts';
import type { GlobalOptions } from './program.ts';
import { safeJson } from './terminal/printable.ts';
import { colourStyle, plainStyle, wantsColour } from './terminal/style.ts';

/** Columns of what is no terminal: wide enough for the waterfall, narrow enough for a mail. */
const PIPE_WIDTH = 100;
/** Below this no table can be read; narrower terminals wrap. */
const MIN_WIDTH = 40;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * The context folder that is meant. A workspace is understood too: when the folder given is not called `.ai` and has
 * neither state nor metrics but an `.ai` inside, that one is meant.
 */
export function contextDirectory(world: Pick<World, 'cwd' | 'env'>, given: string | undefined): string {
  const named = given ?? world.env['CONTEXT_BUS_DIR'];
  if (named === undefined || named === '') return join(world.cwd, '.ai');
  const directory = resolve(world.cwd, named);
  const inside = join(directory, '.ai');
  const isContext =
    basename(directory) === '.ai' || ['state.json', 'metrics.db'].some((file) => existsSync(join(directory, file)));
  return !isContext && isFolder(inside) ? inside : directory;
}

/** Refuses a folder in which nothing was ever recorded, before a question about it makes an empty store there. */
function requireStore(directory: string): void {
  if (!existsSync(directory)) {
    throw new StoreError('STORE_MISSING', `There is no folder ${directory}.`, {
      hint: 'Run this in a workspace that has one, or name it with --dir; `amicus-metrics up` starts measuring.',
    });
  }
  if (!isFolder(directory)) {
    throw new StoreError('STORE_MISSING', `${directory} is a file, not a folder.`, {
      hint: 'Give the context folder itself (.ai) with --dir.',
    });
  }
  if (!existsSync(join(directory, 'metrics.db')) && !existsSync(join(directory, 'metrics.spool'))) {
    throw new StoreError('STORE_MISSING', `Nothing has been recorded in ${directory} yet.`, {
      hint: 'Start with `amicus-metrics up` while the cluster works, or `amicus-metrics record` from a script.',
    });
  }
}

function readerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function checkedZone(zone: string | undefined): string {
  if (zone === undefined) return readerZone();
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new CommandError(
      'WRONG_USAGE',
      `--tz: there is no time zone "${zone}".`,
      'Use an IANA name such as Europe/Paris, America/New_York or UTC.',
    );
  }
}

/** The context of one run, and the end of what it opened. */
export type OpenContext = { readonly context: CommandContext; close(): Promise<void> };

/** Makes what a command is given. Opens nothing yet. */
export function openContext(world: World, options: GlobalOptions): OpenContext {
  if (options.json === true && options.csv === true) {
    throw new CommandError('WRONG_USAGE', '--json and --csv exclude each other.', 'Give one of them.');
  }
  const format = options.json === true ? 'json' : options.csv === true ? 'csv' : 'text';
  const directory = contextDirectory(world, options.dir);
  const terminal = world.stdout.isTTY === true;
  const colour = format === 'text' && wantsColour(world.env, terminal, !options.color);
  let opened: MetricsCollector | undefined;
  const open = async (): Promise<MetricsCollector> => {
    opened ??= openMetrics({ directory, clock: world.clock });
    return opened;
  };
  const write = (text: string): void => void world.stdout.write(text);
  const context: CommandContext = {
    ...world,
    format,
    directory,
    since: options.since,
    until: options.until,
    timeZone: checkedZone(options.tz),
    isTTY: terminal && format === 'text',
    width: terminal ? Math.max(world.stdout.columns ?? 80, MIN_WIDTH) : PIPE_WIDTH,
    style: colour ? colourStyle : plainStyle,
    collector: async () => {
      if (opened === undefined) requireStore(directory);
      return open();
    },
    recordingCollector: open,
    print: (text) => write(`${text}\n`),
    note: (text) => void (format === 'text' && world.stderr.write(`${text}\n`)),
    printJson: (value) => write(`${safeJson(value, 2)}\n`),
  };
  return { context, close: async () => opened?.close() };
}
