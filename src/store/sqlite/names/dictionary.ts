import type { DatabaseSync } from 'node:sqlite';
import { prepared } from '../file/prepared.ts';
import { type SealedNames, sealedNamesOf } from './sealed-names.ts';

/** Strings kept in memory before all are forgotten: about 10 MB of names of usual length. */
const MAX_CACHED = 100_000;

/** Made known to SQL by `makeFunction`. */
export const NAME_FUNCTION = 'name_of';

/**
 * Numbers of strings, in `dict` and in blocks of names, and back. Numbers are never given to another string, so what is
 * known stays true. Names move from `dict` into blocks, and never back.
 */
export class Dictionary {
  readonly #db: DatabaseSync;
  readonly #sealed: SealedNames;
  readonly #texts = new Map<number, string>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sealed = sealedNamesOf(db);
  }

  /**
   * Make `name_of(number)` known to SQL: the text of a name, wherever it lies. Half the cost of a sub-select.
   *
   * @param reading Runs what reads the file within a statement that calls it.
   */
  makeFunction(reading: <Result>(read: () => Result) => Result = (read) => read()): void {
    this.#db.function(NAME_FUNCTION, { deterministic: true }, (id) => {
      if (typeof id !== 'number') return null;
      return this.#texts.get(id) ?? reading(() => this.text(id)) ?? null;
    });
  }

  /** Numbers of strings; of those that no event ever held, none. */
  idsOf(texts: readonly string[]): number[] {
    return texts.map((text) => this.#idOf(text)).filter((id) => id !== undefined);
  }

  #idOf(text: string): number | undefined {
    const id = prepared(this.#db, 'SELECT id FROM dict WHERE s = ?').get(text)?.['id'];
    return typeof id === 'number' ? id : this.#inBlocks((sealed) => sealed.idOf(text));
  }

  /** Numbers of all strings that start so. */
  idsWithPrefix(prefix: string): number[] {
    const hot = prepared(
      this.#db,
      'SELECT id FROM dict WHERE s >= ?1 AND s < ?2 AND substr(s, 1, length(?1)) = ?1',
    ).all(...prefixBounds(prefix));
    return together(
      hot.map(({ id }) => Number(id)),
      this.#inBlocks((sealed) => sealed.idsWithPrefix(prefix)),
    );
  }

  /** Numbers of all strings that end in one of these. Reads all of them. */
  idsWithEnd(ends: readonly string[]): number[] {
    return ends.length === 0 ? [] : this.#idsWhere((text) => ends.some((end) => text.endsWith(end)));
  }

  /** Numbers of all strings in which one of these stands as a word of its own. Reads all of them. */
  idsWithWord(words: readonly string[]): number[] {
    const escaped = words.map((word) =>
      word.replaceAll(/[^\p{L}\p{N}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`),
    );
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${escaped.join('|')})(?![\\p{L}\\p{N}_-])`, 'u');
    return words.length === 0 ? [] : this.#idsWhere((text) => pattern.test(text));
  }

  #idsWhere(isMeant: (text: string) => boolean): number[] {
    const hot: number[] = [];
    for (const { id, s } of this.#db.prepare('SELECT id, s FROM dict').iterate()) {
      if (isMeant(String(s))) hot.push(Number(id));
    }
    return together(
      hot,
      this.#inBlocks((sealed) => sealed.idsWhere(isMeant)),
    );
  }

  /**
   * Outside of a transaction, names may be sealed meanwhile. So `dict` is looked at before, and blocks again when others
   * came.
   */
  #inBlocks<Found>(look: (sealed: SealedNames) => Found): Found {
    this.#sealed.refresh();
    for (;;) {
      const found = look(this.#sealed);
      if (!this.#sealed.refresh()) return found;
    }
  }

  /** Tells of numbers whether their names were set aside as damaged: fields that hold them are absent. */
  lostNames(): (id: number) => boolean {
    this.#sealed.refresh();
    return (id) => this.#sealed.isLost(id);
  }

  /** Make sure that `text()` knows these. One statement for all of them. */
  load(ids: Iterable<number>): void {
    const missing = new Set<number>();
    for (const id of ids) if (!this.#texts.has(id)) missing.add(id);
    if (missing.size === 0) return;
    if (this.#texts.size + missing.size > MAX_CACHED) this.#texts.clear();
    this.#sealed.refresh();
    this.#loadSealed(missing);
    if (missing.size === 0) return;
    const rows = prepared(this.#db, 'SELECT id, s FROM dict WHERE id IN (SELECT value FROM json_each(?))').all(
      JSON.stringify([...missing]),
    );
    for (const { id, s } of rows) {
      this.#texts.set(Number(id), String(s));
      missing.delete(Number(id));
    }
    // Sealed while it was looked for.
    if (missing.size > 0 && this.#sealed.refresh()) this.#loadSealed(missing);
  }

  #loadSealed(missing: Set<number>): void {
    const { last } = this.#sealed;
    for (const id of missing) {
      const text = id > last ? undefined : this.#sealed.textOf(id);
      if (text === undefined) continue;
      this.#texts.set(id, text);
      missing.delete(id);
    }
  }

  /** The string of a number; `undefined` when it is in a block that cannot be read. */
  text(id: number): string | undefined {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    // Blocks that were known once had the same names.
    const found = this.#sealed.textOf(id) ?? this.#hotText(id);
    if (found === undefined) this.load([id]);
    else this.#keep(id, found);
    return this.#texts.get(id);
  }

  #hotText(id: number): string | undefined {
    const text = prepared(this.#db, 'SELECT s FROM dict WHERE id = ?').get(id)?.['s'];
    return typeof text === 'string' ? text : undefined;
  }

  #keep(id: number, text: string): void {
    if (this.#texts.size >= MAX_CACHED) this.#texts.clear();
    this.#texts.set(id, text);
  }
}

/** Each once: a name that was sealed meanwhile is found in both. */
const together = (hot: readonly number[], sealed: readonly number[]): number[] => [...new Set([...sealed, ...hot])];

/** A prefix, and a string behind all that start with it: no name holds the last two code points of Unicode in a row. */
function prefixBounds(prefix: string): [from: string, before: string] {
  return [prefix, `${prefix}\u{10FFFF}\u{10FFFF}`];
}
