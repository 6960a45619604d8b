import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';

import { openMetrics } from '../../metrics-collector.ts';
import { hookEvents } from '../../sources/hooks/hook-events.ts';
import type { World } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { NODE_VARIABLE, TASK_VARIABLE } from '../proxy/known-beforehand.ts';

/** A hook's JSON holds the whole answer of a tool; more than this is no hook. */
const MAX_BYTES = 64 * 1024 * 1024;
/** A client that does not close the pipe must not be kept waiting by us. */
const MAX_WAIT_MILLIS = 2_000;
/** Folders looked at on the way up to a workspace. */
const MAX_LEVELS = 32;

/**
 * Records what a hook of a coding agent is given on standard input. Whatever it gets and whatever goes wrong: exit code
 * 0 and not a word, because clients take either as something to act on. Loads as little as possible, since the agent
 * waits for it.
 */
export async function runHook(world: World): Promise<ExitCode> {
  try {
    const text = await readAll(world.stdin);
    const payload: unknown = JSON.parse(text);
    const events = hookEvents(payload, {
      nowMicros: world.clock.nowMicros(),
      client: valueOf(world, '--client'),
      nodeId: world.env[NODE_VARIABLE],
      taskId: world.env[TASK_VARIABLE],
    });
    const directory = events.length === 0 ? undefined : directoryFor(world, payload);
    if (directory === undefined) return EXIT.ok;
    const collector = openMetrics({ directory, clock: world.clock });
    for (const event of events) collector.emit(event);
    await collector.close();
  } catch {
    // Nobody reads what a hook says, except to act on it.
  }
  return EXIT.ok;
}

/** The value behind a flag, in either way to write it. Everything else on the command line is passed over. */
function valueOf({ argv }: World, flag: string): string | undefined {
  const at = argv.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const found = at < 0 ? undefined : argv[at];
  return found === flag ? argv[at + 1] : found?.slice(flag.length + 1);
}

async function readAll(stdin: Readable & { readonly isTTY?: boolean }): Promise<string> {
  if (stdin.isTTY === true) return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => stdin.destroy(), MAX_WAIT_MILLIS);
  try {
    for await (const chunk of stdin) {
      const piece = Buffer.from(chunk as Uint8Array);
      chunks.push(piece);
      bytes += piece.length;
      if (bytes > MAX_BYTES) return '';
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The context folder that is meant: the one that is named, else that of the project, else the nearest above the agent's
 * working folder. None at all where no cluster is: a hook that is set for every project must not leave folders in all.
 */
function directoryFor(world: World, payload: unknown): string | undefined {
  const { env, cwd } = world;
  const named = [valueOf(world, '--dir'), env['AMICUS_METRICS_DIRECTORY'], env['CONTEXT_BUS_DIR']].find(
    (value) => value !== undefined && value.trim() !== '',
  );
  if (named !== undefined) return resolve(cwd, named);
  const told = typeof payload === 'object' && payload !== null && 'cwd' in payload ? payload.cwd : undefined;
  const starts = [env['CLAUDE_PROJECT_DIR'], typeof told === 'string' ? told : undefined, cwd];
  for (const start of starts) {
    let folder = start === undefined || start === '' ? undefined : resolve(cwd, start);
    for (let level = 0; folder !== undefined && level < MAX_LEVELS; level++) {
      const context = join(folder, '.ai');
      if (isFolder(context)) return context;
      folder = dirname(folder) === folder ? undefined : dirname(folder);
    }
  }
  return undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
