import type { Catalogue } from '../metrics/index.ts';
import {
  type DropReason,
  EVENT_DROP_REASONS,
  type EventData,
  FIELD_DROP_REASONS,
  type IncomingEvent,
} from '../model/event.ts';
import { type AnyField, MAX_NAME_LENGTH } from '../model/field.ts';
import { type LineProblem, parseEventLine } from './line-event.ts';
import { LineSplitter, TOO_LONG } from './line-splitter.ts';

/** Twice what the largest event takes: 256 file names of 256 characters, each written as an escape. */
const MAX_LINE_BYTES = 1 << 20;
/** Lines named for each reason. */
const SHOWN_LINES = 5;
/** Asking for the totals costs a little; lines that look wrong are asked about so often, the rest only counts. */
const MAX_LOOKS = 1_000;
/** How many equal lines of one moment are told apart. */
const MAX_EQUAL_LINES = 10_000;
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
  const reader = new EventLines(options.catalogue, options.sink);
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  let bytes = 0;
  for await (const chunk of chunks) {
    if (options.signal?.aborted === true) break;
    for (const block of splitter.push(chunk)) await reader.take(block);
    bytes += chunk.length;
    options.onProgress?.({ bytes, lines: reader.lines });
  }
  for (const block of splitter.end()) await reader.take(block);
  await options.sink.settle();
  return reader.report();
}

class EventLines {
  readonly #sink: LineSink;
  readonly #fields = new Map<string, ReadonlyMap<string, AnyField>>();
  readonly #droppedBefore: Totals;
  readonly #findings = new Map<LineReason, { count: number; firstLines: number[] }>();
  readonly #unknownMetrics = new Set<string>();
  readonly #equalLines = new Map<string, number>();
  #momentMicros = 0;
  #momentLine = '';
  /** Right for whole events; fields that were dropped without a look are missing in it. */
  #dropped: Totals;
  /** Drops that the sink counted and that are none, since the event was told again. */
  readonly #retried = new Map<DropReason, number>();
  #lines = 0;
  #events = 0;
  #refused = 0;
  #looks = 0;

  constructor(catalogue: Catalogue, sink: LineSink) {
    this.#sink = sink;
    this.#droppedBefore = sink.dropped();
    this.#dropped = this.#droppedBefore;
    for (const { name, fields } of catalogue.values()) this.#fields.set(name, new Map(Object.entries(fields)));
  }

  get lines(): number {
    return this.#lines;
  }

  async take(block: string | typeof TOO_LONG): Promise<void> {
    if (block === TOO_LONG) {
      this.#lines += 1;
      this.#refuse('line_too_long');
      return;
    }
    let start = this.#lines === 0 && block.startsWith('\ufeff') ? 1 : 0;
    for (let end = block.indexOf('\n', start); end >= 0; end = block.indexOf('\n', start)) {
      this.#lines += 1;
      const event = this.#eventOf(block.slice(start, end));
      // Most lines are done without waiting; only making room waits.
      if (event !== undefined && !this.#emit(event, false)) await this.#emitWithRoom(event);
      start = end + 1;
    }
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
    const identity = this.#repetitionOf(line, event.atMicros);
    return identity === undefined ? { ...event, copy: true } : { ...event, identity };
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

  /** What tells a line from equal ones before it at the same moment; `undefined` for the first of them. */
  #repetitionOf(line: string, atMicros: number): string | undefined {
    if (atMicros !== this.#momentMicros || this.#equalLines.size >= MAX_EQUAL_LINES) {
      this.#momentMicros = atMicros;
      this.#momentLine = line;
      // Most moments have one line: the map is for bursts.
      if (this.#equalLines.size > 0) this.#equalLines.clear();
      return undefined;
    }
    if (this.#equalLines.size === 0) this.#equalLines.set(this.#momentLine, 1);
    const before = this.#equalLines.get(line) ?? 0;
    this.#equalLines.set(line, before + 1);
    return before === 0 ? undefined : `${line}#${before}`;
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

/** The line without what JSON documents put around an event: brackets on lines of their own, a comma behind it. */
function withoutFrame(written: string): string {
  if (written.startsWith('{') && written.endsWith('}')) return written;
  const line = written.trim();
  if (line === '[' || line === ']' || line === '[]') return '';
  return line.endsWith(',') ? line.slice(0, -1) : line;
}

/** A first look, cheap and without the last word: whether all values are of their field's kind. */
function fitsAll(data: EventData, fields: ReadonlyMap<string, AnyField>): boolean {
  for (const key in data) {
    const field = fields.get(key);
    if (field === undefined || !fits(data[key], field)) return false;
  }
  return true;
}

function fits(value: unknown, { kind, min, max, words }: AnyField): boolean {
  switch (kind) {
    case 'id':
    case 'name':
      return typeof value === 'string' && value.length <= MAX_NAME_LENGTH;
    case 'one_of':
      return typeof value === 'string' && words.includes(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'names':
      return Array.isArray(value);
    default:
      return typeof value === 'number' && value >= min && value <= max;
  }
}
