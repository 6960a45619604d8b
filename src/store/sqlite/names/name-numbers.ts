import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { readMeta } from '../file/schema.ts';
import { SWEEPS_KEY } from './remove-names.ts';
import { type SealedNames, sealedNamesOf } from './sealed-names.ts';

/** Names kept in memory; when there are more, all are forgotten and looked up anew. About 10 MB. */
const MAX_CACHED = 100_000;

/**
 * Gives names their numbers while events are inserted: the writing side of dictionary.ts. A name has one number for
 * ever, so a new one is given only when neither `dict` nor a block of names has it: both are looked at under the lock.
 */
export class NameNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  readonly #sealed: SealedNames;
  readonly #db: DatabaseSync;
  #sweeps: string | number | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sealed = sealedNamesOf(db);
    this.#find = db.prepare('SELECT id FROM dict WHERE s = ?');
    this.#add = db.prepare('INSERT INTO dict (s) VALUES (?) RETURNING id');
  }

  /** Call at the start of a write transaction: names may have been swept away or sealed since the last. */
  begin(): void {
    const sweeps = readMeta(this.#db, SWEEPS_KEY);
    if (sweeps !== this.#sweeps) this.#numbers.clear();
    this.#sweeps = sweeps;
    this.#sealed.refresh();
  }

  /** The number of a name, made when it is new. Call inside a write transaction. */
  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const hot = this.#find.get(name)?.['id'];
    const id = Number(hot ?? this.#sealed.idOf(name) ?? this.#add.get(name)?.['id']);
    if (this.#numbers.size >= MAX_CACHED) this.#numbers.clear();
    this.#numbers.set(name, id);
    return id;
  }

  /** After a rollback: numbers given inside it are void. */
  forget(): void {
    this.#numbers.clear();
  }
}
