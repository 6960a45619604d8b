import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Strings kept in memory before all are forgotten: about 10 MB of names of usual length. */
const MAX_CACHED = 100_000;

/** Numbers of strings in `dict`, and back. Numbers are never given to another string, so what is known stays true. */
export class Dictionary {
  readonly #byText: StatementSync;
  readonly #byIds: StatementSync;
  readonly #byPrefix: StatementSync;
  readonly #all: StatementSync;
  readonly #texts = new Map<number, string>();

  constructor(db: DatabaseSync) {
    this.#byText = db.prepare('SELECT id FROM dict WHERE s = ?');
    this.#byIds = db.prepare('SELECT id, s FROM dict WHERE id IN (SELECT value FROM json_each(?))');
    this.#all = db.prepare('SELECT id, s FROM dict');
    this.#byPrefix = db.prepare('SELECT id FROM dict WHERE s >= ?1 AND s < ?2 AND substr(s, 1, length(?1)) = ?1');
  }

  /** The number of a string; `undefined` when no event ever held it. */
  idOf(text: string): number | undefined {
    const id = this.#byText.get(text)?.['id'];
    return typeof id === 'number' ? id : undefined;
  }

  idsOf(texts: readonly string[]): number[] {
    return texts.map((text) => this.idOf(text)).filter((id) => id !== undefined);
  }

  /** Numbers of all strings that start so. */
  idsWithPrefix(prefix: string): number[] {
    return this.#byPrefix.all(...prefixBounds(prefix)).map((row) => Number(row['id']));
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
    const ids: number[] = [];
    for (const { id, s } of this.#all.iterate()) if (isMeant(String(s))) ids.push(Number(id));
    return ids;
  }

  /** Make sure that `text()` knows these. One statement for all of them. */
  load(ids: Iterable<number>): void {
    const missing = new Set<number>();
    for (const id of ids) if (!this.#texts.has(id)) missing.add(id);
    if (missing.size === 0) return;
    if (this.#texts.size + missing.size > MAX_CACHED) this.#texts.clear();
    for (const row of this.#byIds.all(JSON.stringify([...missing]))) {
      this.#texts.set(Number(row['id']), String(row['s']));
    }
  }

  /** The string of a number. */
  text(id: number): string | undefined {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    this.load([id]);
    return this.#texts.get(id);
  }
}

/** A prefix, and a string behind all that start with it: no name holds the last two code points of Unicode in a row. */
function prefixBounds(prefix: string): [from: string, before: string] {
  return [prefix, `${prefix}\u{10FFFF}\u{10FFFF}`];
}
