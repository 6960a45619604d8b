import { ConfigError } from '../model/errors.ts';
import type { ConfigTable } from './config-file.ts';
import { closestName } from './did-you-mean.ts';
import { isTable, shown } from './strangers.ts';

/** A reason why one entry of a table of the configuration is left out: the end of a sentence that names the entry. */
export class Refusal extends Error {}

/** What is asked of a table whose entries have names of the user's own. */
export type EntryTable<Entry> = {
  /** Its key in the file: `alerts`. */
  readonly key: string;
  /** What one entry is called in a sentence: `alert rule`. */
  readonly noun: string;
  /** How to declare one. */
  readonly hint: string;
  readonly most: number;
  /** @throws Refusal */
  readonly read: (name: string, given: ConfigTable) => Entry;
};

/** Reads the entries of such a table. Each bad one is a problem and leaves the others alone. */
export function readEntries<Entry>(
  declared: unknown,
  path: string,
  { key, noun, hint, most, read }: EntryTable<Entry>,
): { readonly entries: readonly Entry[]; readonly problems: readonly ConfigError[] } {
  const entries: Entry[] = [];
  const problems: ConfigError[] = [];
  if (declared === undefined) return { entries, problems };
  const refuse = (what: string): void =>
    void problems.push(new ConfigError('BAD_SETTING', `${what} (${path}).`, { hint }));
  if (!isTable(declared)) {
    refuse(`"${key}" is not a table with one ${noun} for each name`);
    return { entries, problems };
  }
  const all = Object.entries(declared);
  for (const [name, given] of all.slice(0, most)) {
    try {
      if (!NAME.test(name)) throw new Refusal('has a name with other than letters, digits, "_", "-" and "."');
      if (!isTable(given)) throw new Refusal('is not a table');
      entries.push(read(name, given));
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      refuse(`The ${noun} ${shown(name)} ${cause.message}`);
    }
  }
  if (all.length > most)
    refuse(`At most ${most} of "${key}" can be declared; the last ${all.length - most} are left out`);
  return { entries, problems };
}

/** Such names can be typed and sent anywhere. */
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** @throws Refusal when a key is none of those known. */
export function refuseStrangers(given: ConfigTable, known: readonly string[]): void {
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger !== undefined) throw new Refusal(`has no ${shown(stranger)}; ${suggested(stranger, known)}`);
}

/** `did you mean x?`, or all there are. */
export function suggested(given: string, known: readonly string[]): string {
  const close = closestName(given, known);
  return close === undefined ? `known are ${known.join(', ')}` : `did you mean ${close}?`;
}

/** One of a list of words, or the first of them when it is not given. @throws Refusal */
export function wordIn<const Word extends string>(
  given: ConfigTable,
  key: string,
  words: readonly [Word, ...Word[]],
): Word {
  const value = given[key] ?? words[0];
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Refusal(`has ${key} = ${shown(value)}; it must be one of ${words.join(', ')}`);
  return found;
}

/** A text that is not empty. @throws Refusal */
export function textIn(given: ConfigTable, key: string): string | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '')
    throw new Refusal(`has ${key} = ${shown(value)}; it must be a text`);
  return value.trim();
}
