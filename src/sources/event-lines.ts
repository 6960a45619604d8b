import type { Catalogue } from '../metrics/index.ts';
import { type DropReason, EVENT_DROP_REASONS, FIELD_DROP_REASONS, type IncomingEvent } from '../model/event.ts';
import type { AnyField } from '../model/field.ts';
import type { FlatNames, FlatSink } from '../model/flat-event.ts';
import { fitsAll } from './fits-fields.ts';
import { type LineProblem, parseEventLine, withoutFrame } from './line-event.ts';
import { LineScanner, OWN_ID } from './line-scanner.ts';
import { LineSplitter, TOO_LONG } from './line-splitter.ts';
import { RepeatedLines } from './repeated-lines.ts';

/** Twice what the largest event takes: 256 file names of 256 characters, each written as an escape. */
const MAX_LINE_BYTES = 1 << 20;
const LINE_FEED = 10;
const BOM = Buffer.from('\ufeff');
/** Shorter inputs are stored before a thread has started. */
const BULK_AFTER_LINES = 10_000;
/** Where there are more lines than this whose order matters, waiting for each in turn takes longer than the slow way. */
const MAX_TURNS = 100;
/** Lines named for each reason. */
const SHOWN_LINES = 5;
/** Asking for the totals costs a little; lines that look wrong are asked about so often, the rest only counts. */
const MAX_LOOKS = 1_000;
/** Tries to make room before an event counts as dropped; another process may be storing its own for some seconds. */
const MAX_TRIES = 100;

type Totals = Readonly<Partial<Record<DropReason, number>>>;

/** Where events go. */
export type LineSink = {
  emit(event: IncomingEvent): boolean;
  /** Running totals of what was dropped. */
  dropped(): Totals;
  /** Move what was emitted into the store: at the end, and whenever there is no room. Nothing else waits for the store. */
  settle(): Promise<void>;
  /** A quicker way in, for inputs that are long; `undefined` when there is none. */
  bulk?(names: FlatNames): Promise<FlatSink | undefined>;
};

export type LineReason = LineProblem | DropReason;

/** What was wrong, how often, and where it was first seen. Lines count from 1. */
export type LineFinding = { readonly count: number; readonly firstLines: readonly number[] };

export type EventLinesReport = {
  readonly lines: number;
  /** Events handed on. Those the store had already are among them. */
  readonly events: number;
  /** Lines that held something and gave no event. */
  readonly refused: number;
  readonly findings: ReadonlyMap<LineReason, LineFinding>;
  /** The first few names of metrics that nobody knows, as they were written. */
  readonly unknownMetrics: readonly string[];
};

export type EventLinesOptions = {
  readonly catalogue: Catalogue;
  readonly sink: LineSink;
  /** Called after each chunk. */
  readonly onProgress?: ((progress: { readonly bytes: number; readonly lines: number }) => void) | undefined;
  /** Checked after each chunk: ends the reading as if the input ended there. */
  readonly signal?: AbortSignal | undefined;
  /** An input of more lines than this is worth a thread of its own; 0 where that is known beforehand. */
  readonly bulkAfterLines?: number | undefined;
};

/**
 * Reads events written one per line, as `amicus-metrics export` writes them.
 *
 * What is read twice is stored once: a line from an export is known by the event that it equals, one with an `id` of
 * another kind by that. Of lines without an id, equal ones that follow each other at one moment are taken for
 * different events. Memory does not grow with the input.
 */
export async function readEventLines(
  chunks: AsyncIterable<Buffer>,
  options: EventLinesOptions,
): Promise<EventLinesReport> {
  const { bulkAfterLines = BULK_AFTER_LINES } = options;
  const reader = new EventLines(options.catalogue, options.sink, bulkAfterLines);
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  let bytes = 0;
  for await (const chunk of chunks) {
    if (options.signal?.aborted === true) break;
    for (const block of splitter.push(chunk)) await reader.take(block);
    await reader.keepUp();
    bytes += chunk.length;
    options.onProgress?.({ bytes, lines: reader.lines });
  }
  for (const block of splitter.end()) await reader.take(block);
  await reader.settle();
  return reader.report();
}

class EventLines {
  readonly #sink: LineSink;
  readonly #fields = new Map<string, ReadonlyMap<string, AnyField>>();
  readonly #droppedBefore: Totals;
  readonly #findings = new Map<LineReason, { count: number; firstLines: number[] }>();
  readonly #unknownMetrics = new Set<string>();
  readonly #repeated = new RepeatedLines();
  readonly #scanner: LineScanner;
  /** Lines after which the quicker way is taken, if there is one; once. */
  #bulkAfterLines: number;
  /** Asked for at once where the input is known to be long: it takes as long to begin as some thousand lines. */
  readonly #asked: Promise<FlatSink | undefined> | undefined;
  #bulk: FlatSink | undefined;
  #turns = 0;
  /** The moment of the last event that went the slow way: those of the same moment follow it, so that they keep their order. */
  #slowMicros = 0;
  /** Right for whole events; fields that were dropped without a look are missing in it. */
  #dropped: Totals;
  /** Drops that the sink counted and that are none, since the event was told again. */
  readonly #retried = new Map<DropReason, number>();
  #lines = 0;
  #events = 0;
  #refused = 0;
  #looks = 0;

  constructor(catalogue: Catalogue, sink: LineSink, bulkAfterLines: number) {
    this.#sink = sink;
    this.#bulkAfterLines = bulkAfterLines;
    this.#scanner = new LineScanner([...catalogue.values()]);
    this.#asked = bulkAfterLines === 0 ? this.#ask() : undefined;
    this.#droppedBefore = sink.dropped();
    this.#dropped = this.#droppedBefore;
    for (const { name, fields } of catalogue.values()) this.#fields.set(name, new Map(Object.entries(fields)));
  }

  get lines(): number {
    return this.#lines;
  }

  async take(block: Buffer | typeof TOO_LONG): Promise<void> {
    if (block === TOO_LONG) {
      this.#lines += 1;
      this.#refuse('line_too_long');
      return;
    }
    let start = this.#lines === 0 && block.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    while (start < block.length) {
      this.#lines += 1;
      let end = this.#bulk === undefined ? -1 : this.#append(this.#bulk, block, start);
      if (end < 0) {
        end = block.indexOf(LINE_FEED, start);
        const event = this.#eventOf(block.toString('utf8', start, end));
        if (event !== undefined) this.#slowMicros = event.atMicros;
        if (event !== undefined && this.#bulk !== undefined && event.identity !== undefined) {
          await this.#emitInTurn(event, this.#bulk);
          // Most lines are done without waiting; only making room waits.
        } else if (event !== undefined && !this.#emit(event, false)) await this.#emitWithRoom(event);
      }
      start = end + 1;
    }
    this.#repeated.leaveBlock();
  }

  /** Call after each chunk: waits for whoever stores what was read, and asks for a quicker way when the input is long. */
  async keepUp(): Promise<void> {
    await this.#bulk?.room();
    if (this.#lines <= this.#bulkAfterLines) return;
    this.#bulkAfterLines = Number.POSITIVE_INFINITY;
    this.#bulk = await (this.#asked ?? this.#ask());
    // What came before it is stored before it.
    if (this.#bulk !== undefined) await this.#sink.settle();
  }

  async #ask(): Promise<FlatSink | undefined> {
    return this.#sink.bulk?.(this.#scanner.names);
  }

  async settle(): Promise<void> {
    await this.#bulk?.settle();
    await this.#sink.settle();
  }

  /** @returns Where the line ends; −1 for one that is to be read with more care. */
  #append(bulk: FlatSink, block: Buffer, start: number): number {
    const { event } = this.#scanner;
    const end = this.#scanner.scan(block, start);
    if (end < 0 || event.atMicros === this.#slowMicros) return -1;
    const { id } = this.#scanner;
    if (id === undefined && this.#repeated.isOfMoment(event.atMicros)) {
      const line = block.toString('utf8', start, end);
      if (!bulk.append(event, this.#repeated.identityOf(line))) return -1;
      this.#repeated.told(line);
    } else {
      if (!bulk.append(event, id === OWN_ID ? undefined : id)) return -1;
      if (id === undefined) this.#repeated.begin(event.atMicros, block, start, end);
    }
    this.#events += 1;
    return end;
  }

  #eventOf(written: string): IncomingEvent | undefined {
    const line = withoutFrame(written);
    if (line === '') return undefined;
    const event = line.length > MAX_LINE_BYTES ? 'line_too_long' : parseEventLine(line);
    if (typeof event === 'string') {
      this.#refuse(event);
      return undefined;
    }
    if (event.identity !== undefined || event.copy === true) return event;
    if (!this.#repeated.isOfMoment(event.atMicros)) {
      this.#repeated.beginWith(event.atMicros, line);
      return { ...event, copy: true };
    }
    const identity = this.#repeated.identityOf(line);
    this.#repeated.told(line);
    return identity === undefined ? { ...event, copy: true } : { ...event, identity };
  }

  /**
   * An event that is known by its identity may equal a copy that came before it. If it were stored first, the copy would
   * be taken for it.
   */
  async #emitInTurn(event: IncomingEvent, bulk: FlatSink): Promise<void> {
    await bulk.settle();
    if (!this.#emit(event, false)) await this.#emitWithRoom(event);
    this.#turns += 1;
    if (this.#turns === MAX_TURNS) this.#bulk = undefined;
  }

  async #emitWithRoom(event: IncomingEvent): Promise<void> {
    for (let tries = 2; tries <= MAX_TRIES; tries++) {
      await this.#sink.settle();
      if (this.#emit(event, tries === MAX_TRIES)) return;
    }
  }

  /** @returns False when there was no room for it, unless this was the last try. */
  #emit(event: IncomingEvent, lastTry: boolean): boolean {
    const fields = this.#fields.get(event.metric);
    const looksWrong = (fields === undefined || !fitsAll(event.data, fields)) && this.#looks < MAX_LOOKS;
    if (looksWrong) this.#dropped = this.#sink.dropped();
    const taken = this.#sink.emit(event);
    if (taken) {
      this.#events += 1;
      if (!looksWrong) return true;
    }
    this.#looks += 1;
    const before = this.#dropped;
    this.#dropped = this.#sink.dropped();
    const grown = REASONS.filter((reason) => (this.#dropped[reason] ?? 0) > (before[reason] ?? 0));
    const noRoom = grown.find((reason) => NO_ROOM.includes(reason));
    if (!taken && !lastTry && noRoom !== undefined) {
      this.#retried.set(noRoom, (this.#retried.get(noRoom) ?? 0) + 1);
      return false;
    }
    if (!taken) this.#refused += 1;
    if (fields === undefined && this.#unknownMetrics.size < SHOWN_LINES) this.#unknownMetrics.add(event.metric);
    for (const reason of looksWrong ? grown : grown.filter(isEventReason)) noteLine(this.#finding(reason), this.#lines);
    return true;
  }

  #refuse(problem: LineProblem): void {
    this.#refused += 1;
    const finding = this.#finding(problem);
    finding.count += 1;
    noteLine(finding, this.#lines);
  }

  #finding(reason: LineReason): { count: number; firstLines: number[] } {
    const known = this.#findings.get(reason);
    if (known !== undefined) return known;
    const finding = { count: 0, firstLines: [] };
    this.#findings.set(reason, finding);
    return finding;
  }

  /** The counts are those of the sink itself, so that what was dropped without a look is in them. */
  report(): EventLinesReport {
    const dropped = this.#sink.dropped();
    for (const reason of REASONS) {
      const count = (dropped[reason] ?? 0) - (this.#droppedBefore[reason] ?? 0) - (this.#retried.get(reason) ?? 0);
      if (count > 0) this.#finding(reason).count = count;
    }
    return {
      lines: this.#lines,
      events: this.#events,
      refused: this.#refused,
      findings: this.#findings,
      unknownMetrics: [...this.#unknownMetrics],
    };
  }
}

const REASONS: readonly DropReason[] = [...EVENT_DROP_REASONS, ...FIELD_DROP_REASONS];
const NO_ROOM: readonly DropReason[] = ['spool_full', 'spool_unwritable'];
const isEventReason = (reason: DropReason): boolean => (EVENT_DROP_REASONS as readonly string[]).includes(reason);

function noteLine({ firstLines }: { firstLines: number[] }, line: number): void {
  if (firstLines.length < SHOWN_LINES && firstLines.at(-1) !== line) firstLines.push(line);
}
