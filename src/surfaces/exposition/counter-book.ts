import { join } from 'node:path';

import { readPlainFile } from '../../sources/git/read-plain-file.ts';
import { writePrivateFile } from '../../sources/private-file.ts';
import type { ClosedDays } from './closed-days.ts';
import type { Labels } from './family.ts';

/** Numbers of one label set: one of a counter; of a histogram its buckets and then its sum. */
export type Counted = { readonly labels: Labels; readonly numbers: readonly number[] };
/** By the text of their label set. */
export type CountedSets = ReadonlyMap<string, Counted>;

/** What was found last, and what is added to it because the store has since forgotten it. */
type Entry = { raw: readonly number[]; offset: readonly number[] };

const FILE_NAME = 'metrics.counters.json';
const VERSION = 1;
/** A hundred times what a large catalogue needs. */
const MAX_BYTES = 16 << 20;
/** Label sets told apart in one family. A dashboard cannot show more, and every one is a series for a year. */
export const MAX_LABEL_SETS = 100;
const OTHER = 'other';

/** One text for the values of a family's labels. */
export function setKey(labels: Labels, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => labels[name] ?? null));
}

/** The labels of such a text. */
export function labelsOf(key: string, names: readonly string[]): Labels {
  const values = JSON.parse(key) as readonly (string | null)[];
  return Object.fromEntries(names.flatMap((name, i) => (typeof values[i] === 'string' ? [[name, values[i]]] : [])));
}

/**
 * Keeps counters from falling: for whoever reads them a fall is a restart, after which everything counts anew. The store
 * forgets (hourly figures expire, a damaged store is set aside, a backup is put back), and the book adds what went.
 *
 * Which label sets have a series of their own is kept too, in the order in which they came, so that none moves in or out
 * of `other` when others overtake it. Kept in the context folder: a restart goes on where the last one was.
 */
export class CounterBook {
  readonly #path: string;
  readonly #families = new Map<string, Map<string, Entry>>();
  /** When the book was begun. */
  readonly sinceMicros: number;
  /** Days whose usage is added up, and days whose figures the store is about to forget. Absent before the first. */
  readonly closed: { usage: ClosedDays | undefined; catalogue: ClosedDays | undefined } = {
    usage: undefined,
    catalogue: undefined,
  };

  private constructor(path: string, sinceMicros: number) {
    this.#path = path;
    this.sinceMicros = sinceMicros;
  }

  /** Reads the book of a context folder; begins one where there is none that can be read. */
  static open(directory: string, nowMicros: number): CounterBook {
    const path = join(directory, FILE_NAME);
    const kept = readKept(path);
    const since = Number(kept?.['since_micros']);
    const book = new CounterBook(path, Number.isSafeInteger(since) && since <= nowMicros ? since : nowMicros);
    if (kept === undefined) return book;
    for (const [family, sets] of Object.entries(isRecord(kept['families']) ? kept['families'] : {})) {
      const entries = isRecord(sets) ? Object.entries(sets).flatMap(toEntry) : [];
      book.#families.set(family, new Map(entries.slice(0, MAX_LABEL_SETS + 1)));
    }
    const closed = isRecord(kept['closed']) ? kept['closed'] : {};
    book.closed.usage = toClosed(closed['usage']);
    book.closed.catalogue = toClosed(closed['catalogue']);
    return book;
  }

  /**
   * What is to be told of a family, given what the store counts now.
   *
   * @returns The label sets in the order in which they came, and how many are told under `other`.
   */
  tell(
    family: string,
    names: readonly string[],
    found: CountedSets,
  ): { readonly sets: readonly Counted[]; readonly overflowed: number } {
    const entries = this.#families.get(family) ?? new Map<string, Entry>();
    this.#families.set(family, entries);
    const otherKey = otherKeyOf(names);
    const raw = new Map<string, readonly number[]>();
    let named = entries.size - (entries.has(otherKey) ? 1 : 0);
    let overflowed = 0;
    for (const [key, { numbers }] of found) {
      const isNew = key !== otherKey && !entries.has(key);
      const fits = !isNew || named < MAX_LABEL_SETS;
      if (!fits) overflowed++;
      else if (isNew) named++;
      const place = fits ? key : otherKey;
      raw.set(place, plus(raw.get(place), numbers));
    }
    for (const [key, numbers] of raw) entries.set(key, advanced(entries.get(key), numbers));
    for (const [key, entry] of entries) {
      if (!raw.has(key)) entries.set(key, { raw: entry.raw.map(() => 0), offset: plus(entry.raw, entry.offset) });
    }
    const sets = [...entries].map(([key, entry]) => ({
      labels: labelsOf(key, names),
      numbers: plus(entry.raw, entry.offset),
    }));
    return { sets, overflowed };
  }

  /** Where a label set is told: as itself, or under `other`. */
  placeOf(family: string, names: readonly string[], key: string): string {
    const entries = this.#families.get(family);
    const isKnown = entries === undefined || entries.has(key) || entries.size < MAX_LABEL_SETS;
    return isKnown ? key : otherKeyOf(names);
  }

  /** Puts the book on the disk. False when it could not be written: then a restart may tell less than was told before. */
  save(): boolean {
    const families = Object.fromEntries([...this.#families].map(([name, sets]) => [name, Object.fromEntries(sets)]));
    const { usage, catalogue } = this.closed;
    const text = JSON.stringify({
      version: VERSION,
      since_micros: this.sinceMicros,
      families,
      closed: { usage: fromClosed(usage), catalogue: fromClosed(catalogue) },
    });
    return writePrivateFile(this.#path, text, 'replace');
  }
}

const otherKeyOf = (names: readonly string[]): string => JSON.stringify(names.map(() => OTHER));

/** Digits beyond a nano-dollar are those of floats that were added in another order. */
const tidy = (value: number): number => Math.round(value * 1e9) / 1e9;

/** Sums number by number. */
export function plus(a: readonly number[] | undefined, b: readonly number[]): readonly number[] {
  return a === undefined
    ? b
    : b.map((value, i) => (Number.isInteger(value) ? value + (a[i] ?? 0) : tidy(value + (a[i] ?? 0))));
}

function advanced(before: Entry | undefined, raw: readonly number[]): Entry {
  if (before === undefined || before.raw.length !== raw.length) return { raw, offset: raw.map(() => 0) };
  return {
    raw,
    offset: before.offset.map((offset, i) => tidy(offset + Math.max(0, (before.raw[i] ?? 0) - (raw[i] ?? 0)))),
  };
}

function readKept(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const kept: unknown = JSON.parse(readPlainFile(path, MAX_BYTES).bytes?.toString() ?? '');
    return isRecord(kept) && kept['version'] === VERSION ? kept : undefined;
  } catch {
    return undefined;
  }
}

function toEntry([key, entry]: [string, unknown]): [string, Entry][] {
  if (!isRecord(entry) || !isKey(key)) return [];
  const { raw, offset } = entry;
  return isNumbers(raw) && isNumbers(offset) && raw.length === offset.length ? [[key, { raw, offset }]] : [];
}

function toClosed(kept: unknown): ClosedDays | undefined {
  if (!isRecord(kept) || !Number.isSafeInteger(kept['until_micros']) || !isRecord(kept['numbers'])) return undefined;
  const numbers = Object.entries(kept['numbers']).flatMap(([place, list]): [string, readonly number[]][] =>
    isNumbers(list) && isKey(place.slice(place.indexOf(' ') + 1)) ? [[place, list]] : [],
  );
  return { untilMicros: Number(kept['until_micros']), numbers: Object.fromEntries(numbers) };
}

function fromClosed(days: ClosedDays | undefined): unknown {
  return days === undefined ? undefined : { until_micros: days.untilMicros, numbers: days.numbers };
}

function isKey(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers that a counter may have. */
function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isFinite(entry) && Number(entry) >= 0);
}
