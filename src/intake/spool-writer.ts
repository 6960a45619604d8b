import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Metric } from '../metrics/define-metric.ts';
import type { Clock } from '../model/clock.ts';
import type { EventData, EventDropReason, SourceName } from '../model/event.ts';
import { DEFINITION_KIND, FRAME_KIND, frameOf } from '../store/spool/frame.ts';
import { processStart, type SegmentHeader, spoolFolder } from '../store/spool/spool-folder.ts';
import type { DropCounts } from './drop-counts.ts';
import { type EncodePlan, EventBuffer } from './event-buffer.ts';
import { SegmentFile } from './segment-file.ts';
import { TextNumbers } from './text-numbers.ts';

/** A file is closed at this size: small enough to be drained in a tenth of a second, large enough to be rare. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** What waits in memory while nothing can be written; more is dropped and counted. */
const MEMORY_BYTES = 1024 * 1024;
/** Between tries to write after one failed, and between looks whether the file is still in its place. */
const RETRY_MILLIS = 1_000;
/** A power cut loses at most so much: see "durability" in docs/decisions/0002-spool.md. */
const SYNC_MILLIS = 1_000;

/** What a metric is to one writer: how to encode it, and its number in the present file (−1: not yet defined there). */
export type Encoder = { readonly metric: Metric; readonly plan: EncodePlan; number: number };

export type SpoolWriterOptions = {
  readonly directory: string;
  readonly clock: Clock;
  /** Limit of this process's own files that nobody has drained. */
  readonly maxSpoolBytes: number;
  readonly drops: DropCounts;
  /** Called when a file was closed because it was full: a good moment to drain. */
  readonly onSegmentFull?: (() => void) | undefined;
};

/**
 * Appends events to a file of this process's own, in one write for each turn of the event loop.
 *
 * Once a turn has ended, its events survive the death of the process; after at most a second, or `sync()`, also a
 * power cut. While nothing can be written, up to 1 MiB waits in memory; more is dropped and counted.
 */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  readonly #header: SegmentHeader;
  readonly #events: EventBuffer;
  #texts = new TextNumbers();
  #origins = new Map<string, number>();
  /** Encoders with a number in the present file. */
  #numbered: Encoder[] = [];
  #segment: SegmentFile | undefined;
  #part = 0;
  #closedPaths: string[] = [];
  /** Events accepted since the start: the sequence number of the next one. */
  #sequence = 0;
  /** Sequence number of the first event in the buffer. */
  #bufferStart = 0;
  #scheduled = false;
  #failed: { readonly reason: EventDropReason; readonly message: string; readonly atMillis: number } | undefined;
  #checkedMillis = 0;
  #syncTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
    this.#header = {
      version: 1,
      producer: randomBytes(6).toString('hex'),
      pid: process.pid,
      processStart: processStart(process.pid),
      host: hostname(),
      startedMicros: options.clock.nowMicros(),
    };
    this.#events = new EventBuffer((reason) => options.drops.add(reason));
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

  /** The number of an origin in the present file. Ask anew for each event: it changes with the file. */
  originNumber(source: SourceName, inferred: boolean, cluster: string): number {
    const key = `${source}\n${inferred ? 1 : 0}\n${cluster}`;
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    this.#texts.define(DEFINITION_KIND.origin, JSON.stringify({ source, inferred, cluster }));
    this.#origins.set(key, this.#origins.size);
    return this.#origins.size - 1;
  }

  /** @returns False when the event was dropped; the reason is counted. */
  append(encoder: Encoder, origin: number, atMicros: number, identity: bigint | undefined, data: EventData): boolean {
    if (this.#closed || (this.#failed !== undefined && this.#events.pendingBytes > MEMORY_BYTES)) {
      this.#options.drops.add(this.#failed?.reason ?? 'spool_unwritable');
      this.#schedule();
      return false;
    }
    if (encoder.number < 0) this.#defineMetric(encoder);
    if (!this.#events.append(encoder.plan, encoder.number, origin, atMicros, identity, data, this.#texts)) {
      this.#options.drops.add('missing_field');
      this.#schedule();
      return false;
    }
    this.#sequence += 1;
    if (this.#events.isFull && this.#failed === undefined) this.write();
    else this.#schedule();
    return true;
  }

  /** Counts of drops go out with the next write, even when no event does. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(this.#onTurnEnd);
  }

  readonly #onTurnEnd = (): void => {
    this.#scheduled = false;
    this.write();
  };

  /** Lets a drop that never reached `append` be told with the next write. */
  noteDrop(): void {
    this.#schedule();
  }

  #defineMetric(encoder: Encoder): void {
    const { metric } = encoder;
    const fields = Object.entries(metric.fields).map(([name, field]) => [name, field.kind, field.unit ?? null]);
    this.#texts.define(DEFINITION_KIND.metric, JSON.stringify({ name: metric.name, fields }));
    encoder.number = this.#numbered.length;
    this.#numbered.push(encoder);
  }

  /** Write what is buffered. Never throws; what cannot be written now is tried again with a later write. */
  write(): void {
    const counts = this.#options.drops.untold();
    if (this.#events.count === 0 && counts === undefined) return;
    const nowMillis = this.#options.clock.monotonicMillis();
    if (this.#failed !== undefined && nowMillis - this.#failed.atMillis < RETRY_MILLIS) return;
    try {
      if (this.#segment !== undefined && nowMillis - this.#checkedMillis > RETRY_MILLIS) {
        this.#checkedMillis = nowMillis;
        if (!this.#segment.isInPlace()) this.#reopenElsewhere();
      }
      this.#segment ??= this.#openSegment();
      this.#segment.append(this.#pendingFrames(counts));
      this.#texts.written();
      if (counts !== undefined) this.#options.drops.tell();
      this.#events.clear();
      this.#bufferStart = this.#sequence;
      this.#failed = undefined;
      this.#syncSoon();
      if (this.#segment.sizeBytes >= SEGMENT_BYTES) this.#roll();
    } catch (cause) {
      this.#fail(cause, nowMillis);
    }
  }

  #pendingFrames(counts: Readonly<Record<string, number>> | undefined): Buffer {
    const definitions = this.#texts.pending();
    const events = this.#events.count > 0 ? this.#events.frame(this.#bufferStart) : undefined;
    if (definitions.length === 0 && counts === undefined && events !== undefined) return events;
    const frames: Buffer[] = [];
    if (definitions.length > 0) frames.push(frameOf(FRAME_KIND.definitions, definitions));
    if (events !== undefined) frames.push(events);
    if (counts !== undefined) frames.push(frameOf(FRAME_KIND.counts, Buffer.from(JSON.stringify(counts))));
    return Buffer.concat(frames);
  }

  #openSegment(): SegmentFile {
    const folder = spoolFolder(this.#options.directory);
    if (this.#spooledBytes() > this.#options.maxSpoolBytes) {
      throw new SpoolFull(`${folder} holds ${this.#options.maxSpoolBytes} bytes of this process that nobody drained`);
    }
    return new SegmentFile(folder, this.#header, this.#part++);
  }

  /** Bytes of files that this process closed and nobody has drained yet. */
  #spooledBytes(): number {
    this.#closedPaths = this.#closedPaths.filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
    return this.#closedPaths.length * SEGMENT_BYTES;
  }

  #fail(cause: unknown, atMillis: number): void {
    const reason = cause instanceof SpoolFull ? 'spool_full' : 'spool_unwritable';
    this.#failed = { reason, message: cause instanceof Error ? cause.message : String(cause), atMillis };
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.write(), RETRY_MILLIS + 1);
    this.#retryTimer.unref();
  }

  /** Names are numbered anew in each file, so that a file can be read by itself. Only right when the buffer is empty. */
  #forgetNumbers(): void {
    this.#texts = new TextNumbers();
    this.#origins = new Map();
    for (const encoder of this.#numbered) encoder.number = -1;
    this.#numbered = [];
  }

  #roll(): void {
    const full = this.#segment;
    this.#segment = undefined;
    this.#forgetNumbers();
    if (full === undefined) return;
    this.#closedPaths.push(full.path);
    full.end();
    this.#options.onSegmentFull?.();
  }

  /** The buffer's events use numbers of the lost file, so its definitions are lost to them: they are counted as damaged. */
  #reopenElsewhere(): void {
    const lost = this.#events.count;
    if (lost > 0) this.#options.drops.add('spool_unwritable', lost);
    this.#sequence -= lost;
    this.#events.clear();
    this.#segment = undefined;
    this.#forgetNumbers();
  }

  #syncSoon(): void {
    if (this.#syncTimer !== undefined) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined;
      // A failed sync shows up in flush(), which is asked for durability; here there is nobody to tell.
      this.#segment?.sync().catch(() => undefined);
    }, SYNC_MILLIS);
    this.#syncTimer.unref();
  }

  /**
   * Make everything accepted so far durable.
   *
   * @throws what the file system reported, when it cannot be.
   */
  async sync(): Promise<void> {
    this.#failed = undefined;
    this.write();
    const failure = this.failure;
    if (failure !== undefined) throw new Error(failure);
    await this.#segment?.sync();
  }

  close(): void {
    if (this.#closed) return;
    this.#failed = undefined;
    this.write();
    this.#closed = true;
    clearTimeout(this.#syncTimer);
    clearTimeout(this.#retryTimer);
    try {
      this.#segment?.end();
    } catch {
      // The end mark only spares readers a look at the process table.
    }
    this.#segment = undefined;
  }
}

class SpoolFull extends Error {}
