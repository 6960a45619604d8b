import { statSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers';
import type { Clock } from '../model/clock.ts';
import type { EventData, EventDropReason } from '../model/event.ts';
import { FRAME_KIND, frameOf } from '../store/spool/frame.ts';
import { type SegmentHeader, spoolFolder } from '../store/spool/spool-folder.ts';
import type { DropCounts } from './drop-counts.ts';
import { EventBuffer, type SpooledIdentity } from './event-buffer.ts';
import { type Encoder, FileNumbers } from './file-numbers.ts';
import { producerOf } from './producer-of.ts';
import { SegmentFile } from './segment-file.ts';
import { SpoolFull, toWriteFailure, type WriteFailure } from './write-failure.ts';

/** A file is closed at this size: small enough to be drained in a tenth of a second, large enough to be rare. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Files of a spool that may hold little are smaller, so that its limit means something. */
const MIN_SEGMENT_BYTES = 16 * 1024;
/** What waits in memory while nothing can be written; more is dropped and counted. */
const MEMORY_BYTES = 1024 * 1024;
/** Definitions above this much are written at once, like events. */
const DEFINITION_BYTES = 256 * 1024;
/** Between tries to write after one failed, and between looks whether the file is still in its place. */
const RETRY_MILLIS = 1_000;
/** Drops that no event accompanies are told so often: a metric that is off costs no write each turn. */
const TELL_MILLIS = 1_000;
/** A power cut loses at most so much: see "durability" in docs/decisions/0002-spool.md. */
const SYNC_MILLIS = 1_000;

export type SpoolWriterOptions = {
  readonly directory: string;
  readonly clock: Clock;
  /** Limit of this process's own files that nobody has drained. */
  readonly maxSpoolBytes: number;
  readonly drops: DropCounts;
  /** Called when a file was closed because it was full, and while no more may be: a good moment to drain. */
  readonly onSegmentFull?: (() => void) | undefined;
};

/**
 * Appends events to a file of this process's own, in one write for each turn of the event loop.
 *
 * Once a turn has ended, its events survive the death of the process; after at most a second, or `sync()`, also a
 * power cut. While nothing can be written, up to 1 MiB waits in memory; more is dropped and counted.
 */
export class SpoolWriter {
  /** Of the present file. Ask it for the number of an origin right before `append`. */
  readonly numbers: FileNumbers;
  readonly #options: SpoolWriterOptions;
  readonly #segmentBytes: number;
  readonly #header: SegmentHeader;
  readonly #events: EventBuffer;
  #segment: SegmentFile | undefined;
  #part = 0;
  /** Files that were closed, as far as nobody has drained and removed them. */
  #closedFiles: { readonly path: string; readonly sizeBytes: number }[] = [];
  /** Files that are being made durable and closed. */
  readonly #ending = new Set<Promise<void>>();
  /** Events accepted since the start: the sequence number of the next one. */
  #sequence = 0;
  /** Sequence number of the first event in the buffer. */
  #bufferStart = 0;
  #scheduled = false;
  #failed: WriteFailure | undefined;
  #checkedMillis = 0;
  #toldMillis = -Infinity;
  #syncTimer: NodeJS.Timeout | undefined;
  /** Writes again after a failure, or tells drops. */
  #laterTimer: NodeJS.Timeout | undefined;
  #writesAtOnce = false;
  #closed = false;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(SEGMENT_BYTES, Math.max(MIN_SEGMENT_BYTES, options.maxSpoolBytes / 4));
    this.#header = producerOf(options.clock);
    const { drops } = options;
    this.numbers = new FileNumbers((reason) => drops.add(reason));
    this.#events = new EventBuffer((reason) => drops.add(reason));
  }

  get producer(): string {
    return this.#header.producer;
  }

  /** Events accepted so far. */
  get accepted(): number {
    return this.#sequence;
  }

  /** Why nothing can be written at present. */
  get failure(): string | undefined {
    return this.#failed?.message;
  }

  get pendingBytes(): number {
    return this.#events.pendingBytes;
  }

  /** @returns False when the event was dropped; the reason is counted. */
  append(
    encoder: Encoder,
    origin: number,
    atMicros: number,
    identity: SpooledIdentity | undefined,
    data: EventData,
  ): boolean {
    const refusal =
      this.#cannotTake() ??
      this.#events.append(
        encoder.plan,
        this.numbers.metric(encoder),
        origin,
        atMicros,
        identity,
        data,
        this.numbers.texts,
      );
    if (refusal === undefined) this.#sequence += 1;
    else this.#options.drops.add(refusal);
    if (this.#writesAtOnce) this.write();
    else if (this.#failed === undefined && (this.#events.isFull || this.numbers.pendingBytes > DEFINITION_BYTES)) {
      this.write();
    } else this.schedule();
    return refusal === undefined;
  }

  #cannotTake(): EventDropReason | undefined {
    if (this.#closed) return 'spool_unwritable';
    if (this.#failed === undefined) return undefined;
    return this.#events.pendingBytes + this.numbers.pendingBytes > MEMORY_BYTES ? this.#failed.reason : undefined;
  }

  /** Write at the end of this turn. Drops that never reached `append` are told with it. */
  schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(this.#onTurnEnd);
  }

  readonly #onTurnEnd = (): void => {
    this.#scheduled = false;
    this.write({ now: false });
  };

  /**
   * Write what is buffered. Never throws; what cannot be written now is tried again with a later write.
   *
   * @param options.now False at the end of a turn: drops alone may wait, and so may the next try after a failure.
   */
  write({ now = true }: { readonly now?: boolean } = {}): void {
    if (this.#closed) return;
    if (this.#events.isReading) return this.schedule();
    const counts = this.#options.drops.untold();
    if (this.#events.count === 0 && counts === undefined) return;
    const nowMillis = this.#options.clock.monotonicMillis();
    if (!now && this.#mayWait(nowMillis)) return this.#writeLater();
    let isToBeLeft = false;
    try {
      if (this.#segment !== undefined && (now || nowMillis - this.#checkedMillis > RETRY_MILLIS)) {
        this.#checkedMillis = nowMillis;
        const isInPlace = this.#segment.isUsable();
        isToBeLeft = !isInPlace && this.#segment.isToBeLeft();
        if (!isInPlace && !isToBeLeft) this.#leaveSegment(this.#segment);
      }
      this.#segment ??= this.#openSegment();
      this.#segment.append(this.#pendingFrames(counts));
    } catch (cause) {
      this.#failed = toWriteFailure(cause, nowMillis);
      if (cause instanceof SpoolFull) this.#options.onSegmentFull?.();
      return this.#writeLater();
    }
    this.#failed = undefined;
    this.numbers.written();
    this.#events.clear();
    this.#bufferStart = this.#sequence;
    if (counts !== undefined) {
      this.#options.drops.tell();
      this.#toldMillis = nowMillis;
    }
    this.#syncSoon();
    if (isToBeLeft || this.#segment.sizeBytes >= this.#segmentBytes) this.#roll(this.#segment);
  }

  #mayWait(nowMillis: number): boolean {
    if (this.#failed !== undefined) return nowMillis - this.#failed.atMillis < RETRY_MILLIS;
    return this.#events.count === 0 && nowMillis - this.#toldMillis < TELL_MILLIS;
  }

  #writeLater(): void {
    if (this.#laterTimer !== undefined || this.#closed) return;
    this.#laterTimer = setTimeout(() => {
      this.#laterTimer = undefined;
      this.write();
    }, RETRY_MILLIS);
    this.#laterTimer.unref();
  }

  #pendingFrames(counts: Readonly<Record<string, number>> | undefined): Buffer {
    const definitions = this.numbers.pending();
    const events = this.#events.count > 0 ? this.#events.frame(this.#bufferStart) : undefined;
    if (definitions.length === 0 && counts === undefined && events !== undefined) return events;
    const frames: Buffer[] = [];
    if (definitions.length > 0) frames.push(frameOf(FRAME_KIND.definitions, definitions));
    if (events !== undefined) frames.push(events);
    if (counts !== undefined) frames.push(frameOf(FRAME_KIND.counts, Buffer.from(JSON.stringify(counts))));
    return Buffer.concat(frames);
  }

  #openSegment(): SegmentFile {
    const { directory, maxSpoolBytes, clock } = this.#options;
    this.#closedFiles = this.#closedFiles.filter(({ path }) => statSync(path, { throwIfNoEntry: false }) !== undefined);
    const waiting = this.#closedFiles.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (waiting + this.#segmentBytes > maxSpoolBytes && waiting > 0) {
      throw new SpoolFull(`${spoolFolder(directory)} holds ${waiting} bytes of this process that nobody drained`);
    }
    return new SegmentFile(directory, this.#header, this.#part++, clock.nowMicros());
  }

  #roll(full: SegmentFile): void {
    this.#segment = undefined;
    this.numbers.forget();
    this.#closedFiles.push({ path: full.path, sizeBytes: full.sizeBytes });
    this.#end(full);
    this.#options.onSegmentFull?.();
  }

  /** What waits is written to the next file under the numbers it has, so that nothing of it is lost. */
  #leaveSegment(lost: SegmentFile): void {
    this.#segment = undefined;
    this.numbers.redefine();
    this.#end(lost);
  }

  #end(file: SegmentFile): void {
    const ending = file.end();
    this.#ending.add(ending);
    // Whoever asked for durability waits for the promise itself; here there is nobody to tell.
    ending.catch(() => undefined).finally(() => this.#ending.delete(ending));
  }

  #syncSoon(): void {
    if (this.#syncTimer !== undefined) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined;
      this.#segment?.sync().catch(() => undefined);
    }, SYNC_MILLIS);
    this.#syncTimer.unref();
  }

  /**
   * Make everything accepted so far durable.
   *
   * @throws StoreError when it cannot be.
   */
  async sync(): Promise<void> {
    this.write();
    if (this.#failed !== undefined) throw this.#failed.error;
    await Promise.all([...this.#ending, this.#segment?.sync()]);
  }

  /** From now on each event is written as it comes: the process is about to end, and no turn will. */
  writeAtOnce(): void {
    this.#writesAtOnce = true;
    this.write();
  }

  /** Write what is left, if it can be, and close. Resolves when it is durable, as far as the disk lets it. */
  async close(): Promise<void> {
    if (this.#events.isReading) await new Promise((resolve) => setImmediate(resolve));
    if (!this.#closed) {
      this.write();
      this.#closed = true;
      clearTimeout(this.#syncTimer);
      clearTimeout(this.#laterTimer);
      this.#dropWhatWaits();
      if (this.#segment !== undefined) this.#end(this.#segment);
      this.#segment = undefined;
    }
    await Promise.allSettled(this.#ending);
  }

  /** What could not be written until now never will be. */
  #dropWhatWaits(): void {
    const { count } = this.#events;
    if (count === 0) return;
    this.#options.drops.add(this.#failed?.reason ?? 'spool_unwritable', count);
    this.#sequence -= count;
    this.#events.clear();
  }
}
