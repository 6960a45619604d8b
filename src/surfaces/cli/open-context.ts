import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import { type Config, loadConfig } from '../../config/index.ts';
import { type MetricsCollector, openMetrics } from '../../metrics-collector.ts';
import { StoreError } from '../../model/errors.ts';
import type { UnreadableSpan } from '../../query/question.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext, World } from './context.ts';
import type { GlobalOptions } from './program.ts';
import { safeJson } from './terminal/printable.ts';
import { colourStyle, plainStyle, type Style, wantsColour } from './terminal/style.ts';

/** Columns of what is no terminal: wide enough for the waterfall, narrow enough for a mail. */
const PIPE_WIDTH = 100;
/** Below this no table can be read; narrower terminals wrap. */
const MIN_WIDTH = 40;
/** What a store consists of; any of them means that something was recorded. */
const STORE_FILES = ['metrics.db', 'metrics.spool'];

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const holdsAny = (directory: string, names: readonly string[]): boolean =>
  names.some((name) => existsSync(join(directory, name)));

/**
 * The context folder that is meant. A workspace is understood too: when the folder given is not called `.ai` and has
 * neither state nor metrics but an `.ai` inside, that one is meant.
 */
function contextDirectory(given: string): string {
  const inside = join(given, '.ai');
  const isContext = basename(given) === '.ai' || holdsAny(given, ['state.json', ...STORE_FILES]);
  return !isContext && isFolder(inside) ? inside : given;
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
  if (!holdsAny(directory, STORE_FILES)) {
    throw new StoreError('STORE_MISSING', `Nothing has been recorded in ${directory} yet.`, {
      hint: 'Start with `amicus-metrics up` while the cluster works, or `amicus-metrics record` from a script.',
    });
  }
}

function checkedZone(zone: string): string {
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

function configOf(world: World, options: GlobalOptions): Config {
  const load = (directory: string | undefined): Config =>
    loadConfig({ directory, environment: world.env, workingDirectory: world.cwd });
  const named = load(options.dir);
  const directory = contextDirectory(named.settings.directory);
  if (directory === named.settings.directory) return named;
  return { ...load(directory), origins: named.origins };
}

function styleFor(world: World, config: Config, options: GlobalOptions, text: boolean): Style {
  const { color } = config.settings;
  const wanted =
    color === 'auto'
      ? wantsColour(world.env, world.stdout.isTTY === true, !options.color)
      : color === 'always' && options.color && (world.env['NO_COLOR'] ?? '') === '';
  return text && wanted ? colourStyle : plainStyle;
}

type Access = Pick<CommandContext, 'directory' | 'collector' | 'recordingCollector'>;

function accessTo(directory: string, world: Pick<World, 'clock'>): { access: Access } & Omit<OpenContext, 'context'> {
  let opened: MetricsCollector | undefined;
  const open = async (): Promise<MetricsCollector> => {
    opened ??= openMetrics({ directory, clock: world.clock });
    return opened;
  };
  const collector = async (): Promise<MetricsCollector> => {
    if (opened === undefined) requireStore(directory);
    return open();
  };
  const unreadable = () => opened?.unreadable.list() ?? [];
  return { access: { directory, collector, recordingCollector: open }, close: async () => opened?.close(), unreadable };
}

/** The context of one run, and the end of what it opened. */
export type OpenContext = {
  readonly context: CommandContext;
  readonly close: () => Promise<void>;
  /** What answers lacked, because the file is damaged. */
  readonly unreadable: () => readonly UnreadableSpan[];
};

/** The same context for another folder. */
export function contextFor(context: CommandContext, directory: string): OpenContext {
  const { access, ...rest } = accessTo(directory, context);
  return { context: { ...context, ...access }, ...rest };
}

/** Makes what a command is given. Opens nothing yet. */
export function openContext(world: World, options: GlobalOptions): OpenContext {
  if (options.json === true && options.csv === true) {
    throw new CommandError('WRONG_USAGE', '--json and --csv exclude each other.', 'Give one of them.');
  }
  const format = options.json === true ? 'json' : options.csv === true ? 'csv' : 'text';
  const config = configOf(world, options);
  const terminal = world.stdout.isTTY === true;
  const { access, ...rest } = accessTo(config.settings.directory, world);
  const write = (text: string): void => void world.stdout.write(text);
  const context: CommandContext = {
    ...world,
    ...access,
    format,
    directoryNamed: config.origins.directory.from !== 'default',
    since: options.since,
    until: options.until,
    timeZone: options.tz === undefined ? config.settings.timeZone : checkedZone(options.tz),
    isTTY: terminal && format === 'text',
    width: terminal ? Math.max(world.stdout.columns ?? 80, MIN_WIDTH) : PIPE_WIDTH,
    style: styleFor(world, config, options, format === 'text'),
    print: (text) => write(`${text}\n`),
    note: (text) => void (format === 'text' && world.stderr.write(`${text}\n`)),
    printJson: (value) => write(`${safeJson(value, 2)}\n`),
    printJsonLine: (value) => write(`${safeJson(value)}\n`),
  };
  return { context, ...rest };
}
