import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';

import type * as SmolToml from 'smol-toml';

import { ConfigError } from '../model/errors.ts';
import type { DatedPrice, ReadPrices } from './dated-price.ts';
import { litellmPrices } from './litellm-prices.ts';
import { tomlPrices } from './toml-prices.ts';

/** The name under which a price file is found without a setting. */
const PRICES_FILE_NAME = 'amicus-metrics-prices.toml';

/** Ten times the largest public price list. */
const MAX_FILE_BYTES = 16 << 20;
const MAX_DEPTH = 8;

export type OverridePrices = {
  /** Absent when there is no file. */
  readonly path: string | undefined;
  /** The file as it stands, for the version of the price book. */
  readonly text: string;
  /** By model, in lower case; each list ascending by when it begins. */
  readonly models: ReadonlyMap<string, readonly DatedPrice[]>;
  readonly problems: readonly ConfigError[];
};

/**
 * The user's own prices: TOML as `tomlPrices` describes it, or JSON in the form of LiteLLM's price list.
 *
 * @param named The file that the settings name, from the context folder.
 * @returns No prices and a problem when the file cannot be read; entries that are wrong are left out, each a problem.
 */
export function readOverrideFile(directory: string, named: string | undefined): OverridePrices {
  const places =
    named === undefined
      ? [join(directory, PRICES_FILE_NAME), join(dirname(directory), PRICES_FILE_NAME)]
      : [resolve(directory, named)];
  const none = { path: undefined, text: '', models: new Map<string, DatedPrice[]>() };
  for (const path of places) {
    try {
      const text = readRegularFile(path);
      if (text === undefined) continue;
      const { models, problems } = parse(path, text);
      for (const prices of models.values()) prices.sort((a, b) => a.fromMicros - b.fromMicros);
      return { path, text, models, problems: problems.map((problem) => refused(path, problem)) };
    } catch (cause) {
      const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
      return { ...none, problems: [refused(path, `cannot be read: ${reason}`)] };
    }
  }
  return { ...none, problems: named === undefined ? [] : [refused(places[0] ?? '', 'is not there')] };
}

const refused = (path: string, problem: string): ConfigError =>
  new ConfigError('BAD_CONFIG_FILE', `The price file ${path} ${problem}.`, {
    hint: 'List prices count for what is left out.',
  });

function parse(path: string, text: string): ReadPrices {
  if (extname(path) === '.json') return litellmPrices(JSON.parse(text) as unknown);
  const toml = createRequire(import.meta.url)('smol-toml') as typeof SmolToml;
  return tomlPrices(toml.parse(text.replace(/^\ufeff/, ''), { unsafeKeyBehaviour: 'drop', maxDepth: MAX_DEPTH }));
}

/** @returns `undefined` when there is no such file. */
function readRegularFile(path: string): string | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a named pipe planted in a repository would stop every command here.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) {
      return undefined;
    }
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
