import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type DropReason, EVENT_DROP_REASONS } from '../../../model/event.ts';
import type { SpooledOrigin } from '../../spool/definitions.ts';
import type { Stretch } from '../../spool/segment-reader.ts';
import type { SegmentHeader } from '../../spool/spool-folder.ts';

/** Reasons that the store itself counts; all others are running totals told by the producer. */
const COUNTED_HERE = ['duplicate', 'too_old', 'spool_damaged', 'block_damaged', 'forgotten', 'kind_changed'] as const;
/** Of these, the ones that are whole events. They were spooled, so the sequence has counted them. */
const SPOOLED_DROPS: readonly DropReason[] = ['duplicate', 'too_old', 'spool_damaged', 'block_damaged', 'forgotten'];

/** What became of the events of a stretch. */
export type Collected = {
  readonly stored: number;
  readonly duplicates: number;
  readonly tooOld: number;
  /** Fields that were left out of stored events. */
  readonly kindChanged: number;
};

/** What became of a stretch of a file. */
export type Accounted = Collected & {
  /** The sequence number up to which events were lost with a damaged rest of the file, where it could be found. */
  readonly lostUpTo?: number | undefined;
};

/** What a stretch says of how many events there were. */
type Counted = Pick<Stretch, 'firstSequence' | 'nextSequence' | 'missing' | 'counts'>;

/** The recording processes in a file, with the sums of the conservation law. */
export class ProducerBook {
  readonly #numbers = new Map<string, number>();
  readonly #origins = new Map<string, number>();
  readonly #findProducer: StatementSync;
  readonly #addProducer: StatementSync;
  readonly #findOrigin: StatementSync;
  readonly #addOrigin: StatementSync;
  readonly #sums: StatementSync;
  readonly #save: StatementSync;

  constructor(db: DatabaseSync) {
    this.#findProducer = db.prepare('SELECT id FROM producer WHERE uid = ?');
    this.#addProducer = db.prepare('INSERT INTO producer (uid, pid, host, started) VALUES (?, ?, ?, ?) RETURNING id');
    this.#findOrigin = db.prepare(
      'SELECT id FROM origin WHERE producer = ? AND source = ? AND inferred = ? AND cluster = ?',
    );
    this.#addOrigin = db.prepare(
      'INSERT INTO origin (producer, source, inferred, cluster) VALUES (?, ?, ?, ?) RETURNING id',
    );
    this.#sums = db.prepare('SELECT seq, dropped FROM producer WHERE id = ?');
    this.#save = db.prepare('UPDATE producer SET seq = ?, recorded = ?, stored = stored + ?, dropped = ? WHERE id = ?');
  }

  number(header: SegmentHeader): number {
    const known = this.#numbers.get(header.producer);
    if (known !== undefined) return known;
    const row =
      this.#findProducer.get(header.producer) ??
      this.#addProducer.get(header.producer, header.pid, header.host, header.startedMicros);
    const number = Number(row?.['id']);
    this.#numbers.set(header.producer, number);
    return number;
  }

  origin(producer: number, origin: SpooledOrigin | undefined): number {
    const { source = 'library', inferred = false, cluster = '' } = origin ?? {};
    const key = `${producer} ${source} ${inferred} ${cluster}`;
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    const values = [producer, source, inferred ? 1 : 0, cluster] as const;
    const number = Number((this.#findOrigin.get(...values) ?? this.#addOrigin.get(...values))?.['id']);
    this.#origins.set(key, number);
    return number;
  }

  /**
   * Enter what a stretch of a file holds. Sequence numbers that are skipped, within it or since the last one, are
   * events that a damaged or deleted file took with it.
   */
  account(producer: number, stretch: Counted, { stored, duplicates, tooOld, kindChanged, lostUpTo }: Accounted): void {
    const sums = this.#sums.get(producer);
    const sequence = Number(sums?.['seq'] ?? 0);
    const dropped = JSON.parse(String(sums?.['dropped'] ?? '{}')) as Partial<Record<DropReason, number>>;
    const readTo = Math.max(sequence, stretch.nextSequence ?? 0);
    const nextSequence = Math.max(readTo, lostUpTo ?? 0);
    const gap = Math.max(0, (stretch.firstSequence ?? sequence) - sequence) + stretch.missing + nextSequence - readTo;
    const told: Partial<Record<DropReason, number>> = { ...dropped, ...stretch.counts };
    const more = {
      duplicate: duplicates,
      too_old: tooOld,
      spool_damaged: gap,
      block_damaged: 0,
      forgotten: 0,
      kind_changed: kindChanged,
    };
    for (const reason of COUNTED_HERE) {
      const total = (dropped[reason] ?? 0) + more[reason];
      if (total > 0) told[reason] = total;
      else delete told[reason];
    }
    let droppedBefore = 0;
    for (const reason of EVENT_DROP_REASONS) {
      if (!SPOOLED_DROPS.includes(reason)) droppedBefore += told[reason] ?? 0;
    }
    this.#save.run(nextSequence, nextSequence + droppedBefore, stored, JSON.stringify(told), producer);
  }

  /** Enter events that came by no file, as the next of their producer. */
  accountNext(producer: number, events: number, collected: Collected): void {
    const firstSequence = Number(this.#sums.get(producer)?.['seq'] ?? 0);
    const told = { firstSequence, nextSequence: firstSequence + events, missing: 0, counts: undefined };
    this.account(producer, told, collected);
  }

  forget(): void {
    this.#numbers.clear();
    this.#origins.clear();
  }
}
