import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type DropReason, EVENT_DROP_REASONS } from '../../model/event.ts';
import type { SpooledOrigin, Stretch } from '../spool/segment-reader.ts';
import type { SegmentHeader } from '../spool/spool-folder.ts';

/** Reasons that the drain itself counts; all others are running totals told by the producer. */
const COUNTED_HERE: readonly DropReason[] = ['duplicate', 'spool_damaged'];

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
  account(producer: number, stretch: Stretch, stored: number, duplicates: number): void {
    const sums = this.#sums.get(producer);
    const sequence = Number(sums?.['seq'] ?? 0);
    const dropped = JSON.parse(String(sums?.['dropped'] ?? '{}')) as Partial<Record<DropReason, number>>;
    const gap = Math.max(0, (stretch.firstSequence ?? sequence) - sequence) + stretch.missing;
    const told = { ...dropped, ...stretch.counts };
    for (const reason of COUNTED_HERE) {
      const more = reason === 'duplicate' ? duplicates : gap;
      const total = (dropped[reason] ?? 0) + more;
      if (total > 0) told[reason] = total;
    }
    const nextSequence = Math.max(sequence, stretch.nextSequence ?? 0);
    let droppedBefore = 0;
    for (const reason of EVENT_DROP_REASONS) {
      if (!COUNTED_HERE.includes(reason)) droppedBefore += told[reason] ?? 0;
    }
    this.#save.run(nextSequence, nextSequence + droppedBefore, stored, JSON.stringify(told), producer);
  }

  forget(): void {
    this.#numbers.clear();
    this.#origins.clear();
  }
}
