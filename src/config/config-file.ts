import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type * as SmolToml from 'smol-toml';

import { ConfigError } from '../model/errors.ts';

/** The file's name, in the context folder or in the workspace above it. */
export const CONFIG_FILE_NAME = 'amicus-metrics.toml';

/** A hundred times any sensible configuration; keeps a planted file from costing memory. */
const MAX_FILE_BYTES = 1 << 20;
/** Tables in tables; our deepest is `metrics."build.finished".fields.branch`. */
const MAX_DEPTH = 16;

/** What stands in a configuration file, as TOML gives it; nothing is checked yet. */
export type ConfigTable = Readonly<Record<string, unknown>>;

export type ConfigFile = {
  /** Absent when there is none. */
  readonly path: string | undefined;
  readonly table: ConfigTable;
  readonly problems: readonly ConfigError[];
};

/** Where a configuration file may lie, the first that exists counts. */
export function configFilePlaces(directory: string): readonly [string, string] {
  return [join(directory, CONFIG_FILE_NAME), join(dirname(directory), CONFIG_FILE_NAME)];
}

/**
 * Read the configuration file of a context folder. Data only: nothing in it is run.
 *
 * @param directory The context folder (`.ai`), absolute.
 * @returns An empty table and a problem when the file cannot be read or parsed, so that everything else goes on.
 */
export function readConfigFile(directory: string): ConfigFile {
  const problems: ConfigError[] = [];
  for (const path of configFilePlaces(directory)) {
    let text: string | undefined;
    try {
      text = readSmallFile(path);
      if (text === undefined) continue;
      return { path, table: parseToml(text), problems };
    } catch (cause) {
      problems.push(describe(path, cause));
      // The file was meant to count: falling through to another one would hide that it does not.
      return { path, table: {}, problems };
    }
  }
  return { path: undefined, table: {}, problems };
}

/** @returns `undefined` when there is no such file. */
function readSmallFile(path: string): string | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a named pipe planted in a repository would stop every command here.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('it is not a file');
    if (stat.size > MAX_FILE_BYTES) throw new Error(`it has ${stat.size} bytes; at most ${MAX_FILE_BYTES} are read`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

function parseToml(text: string): ConfigTable {
  // Loaded only where there is a file: a tenth of the time that a command takes to start.
  const { parse } = createRequire(import.meta.url)('smol-toml') as typeof SmolToml;
  return parse(text.replace(/^\ufeff/, ''), { unsafeKeyBehaviour: 'drop', maxDepth: MAX_DEPTH });
}

/** Says where and why, without quoting the file: what was mistaken for a configuration may hold anything. */
function describe(path: string, cause: unknown): ConfigError {
  const hint = 'Everything in it is left out until it can be read; recording goes on with the defaults.';
  if (cause instanceof Error && 'line' in cause && 'column' in cause) {
    const [firstLine = ''] = cause.message.split('\n');
    const reason = firstLine.replace(/^Invalid TOML document: /, '');
    const message = `${path} is not valid TOML: line ${String(cause.line)}, column ${String(cause.column)}: ${reason}.`;
    return new ConfigError('BAD_CONFIG_FILE', message, { hint, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError('BAD_CONFIG_FILE', `${path} cannot be read: ${reason}.`, { hint, cause });
}
