import type { Metric } from '../metrics/define-metric.ts';
import { FLAT_KIND, type FlatEvent } from '../model/flat-event.ts';
import { MICROS_PER_SECOND } from '../model/range.ts';
import { ByteCursor } from './byte-cursor.ts';
import { ByteTexts } from './byte-texts.ts';
import { ScannedNames } from './scanned-names.ts';

/** Keys beside the fields; their numbers are their places here. */
const KEYS = ['metric', 'timestamp', 'at_micros', 'node_id', 'data', 'id', 'source', 'inferred', 'cluster'] as const;
const KEY = Object.fromEntries(KEYS.map((key, number) => [key, number])) as Record<(typeof KEYS)[number], number>;
const DATA_BIT = 1 << KEY.data;
const MICROS_BIT = 1 << KEY.at_micros;
/** Metrics have at most 30 fields. */
const MAX_FIELDS = 32;
const STORE_ID_LENGTH = 12;

/** Stands for an id that says no more than which row of a store this was. */
export const OWN_ID = Symbol('own id');

const [LINE_FEED, COLON, ZERO, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x0a, 0x3a, 0x30, 0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Reads lines of events without JSON.parse, as far as they are plain: written by `amicus-metrics export` or much alike.
 * What it takes it reads exactly as `parseEventLine` does; all else it leaves alone. Takes a third of the time, since it
 * makes no object and no string, and expects each key behind the one that it followed the last time.
 */
export class LineScanner {
  readonly event: FlatEvent = {
    metric: -1,
    atMicros: 0,
    origin: 0,
    count: 0,
    fields: new Uint8Array(MAX_FIELDS),
    kinds: new Uint8Array(MAX_FIELDS),
    values: new Float64Array(MAX_FIELDS),
  };
  readonly names = new ScannedNames();
  /**
   * The id of the event, or that it names the row that the event had in a store; `undefined` when the line has none, and
   * equal lines of one moment are to be told apart.
   */
  id: string | typeof OWN_ID | undefined;
  readonly #cursor = new ByteCursor();
  readonly #keys = new ByteTexts();
  readonly #metrics = new ByteTexts();
  readonly #metricNames: readonly Buffer[];
  /** By metric and number of a key: the place of the field, or −1. */
  readonly #placeOf: readonly Int8Array[];
  /** By metric (its number + 1, 0 while it is unknown) and key: the key that came behind it the last time. */
  readonly #nextKeys: Int16Array;
  #lastKey = 0;
  /** Fields of the present event that were seen, as bits. */
  #seenFields = 0;
  /** What the line says beside its fields. */
  #seenKeys = 0;
  #atMicros = Number.NaN;
  #node = -1;
  #source = -1;
  #cluster = -1;
  #inferred = false;
  #idStart = -1;
  #idEnd = -1;

  /** @param metrics In the order of their numbers. */
  constructor(metrics: readonly Metric[]) {
    for (const key of KEYS) numberOf(this.#keys, key);
    for (const { name, fields } of metrics) {
      numberOf(this.#metrics, name);
      for (const field of Object.keys(fields)) numberOf(this.#keys, field);
    }
    this.#nextKeys = new Int16Array((metrics.length + 1) * this.#keys.count);
    this.#metricNames = metrics.map(({ name }) => Buffer.from(name));
    this.#placeOf = metrics.map(({ fields }) => {
      const places = new Int8Array(this.#keys.count).fill(-1);
      for (const [place, field] of Object.keys(fields).entries()) {
        if (place < MAX_FIELDS) places[numberOf(this.#keys, field)] = place;
      }
      return places;
    });
  }

  /**
   * Read a line into `event`.
   *
   * @param bytes Whole lines, each with its line feed.
   * @returns Where its line feed lies; −1 when it is not plain, and then `event` means nothing.
   */
  scan(bytes: Uint8Array, start: number): number {
    const cursor = this.#cursor;
    cursor.start(bytes, start);
    this.#begin();
    if (!cursor.take(OPEN)) return -1;
    do if (!this.#member()) return -1;
    while (cursor.takeComma());
    if (!cursor.take(CLOSE) || bytes[cursor.at] !== LINE_FEED || !this.#finish()) return -1;
    return cursor.at;
  }

  #begin(): void {
    this.event.metric = -1;
    this.event.count = 0;
    this.#lastKey = 0;
    this.#seenFields = 0;
    this.#seenKeys = 0;
    this.#atMicros = Number.NaN;
    this.#node = -1;
    this.#source = -1;
    this.#cluster = -1;
    this.#inferred = false;
    this.#idStart = -1;
    this.#idEnd = -1;
  }

  #member(): boolean {
    const cursor = this.#cursor;
    const key = this.#key();
    if (key < 0) return false;
    // Fields beside the metric are not meant where there is `data`.
    if (key >= KEYS.length) return (this.#seenKeys & DATA_BIT) === 0 && this.#field(key);
    if ((this.#seenKeys & (1 << key)) !== 0) return false;
    this.#seenKeys |= 1 << key;
    switch (key) {
      case KEY.metric:
        return (this.event.metric = cursor.readText(this.#metrics, false)) >= 0;
      case KEY.timestamp:
        if (!cursor.readNumber()) return false;
        if ((this.#seenKeys & MICROS_BIT) === 0) this.#atMicros = Math.round(cursor.number * MICROS_PER_SECOND);
        return true;
      case KEY.at_micros:
        if (!cursor.readNumber()) return false;
        this.#atMicros = cursor.number;
        return Number.isSafeInteger(cursor.number);
      case KEY.node_id:
        return (this.#node = this.#text()) >= 0;
      case KEY.data:
        return this.event.count === 0 && this.#data();
      case KEY.id:
        this.#idStart = cursor.at + 1;
        if (!cursor.passText()) return false;
        this.#idEnd = cursor.at - 1;
        return true;
      case KEY.source:
        return (this.#source = this.#text()) >= 0;
      case KEY.inferred:
        if (!cursor.readFlag()) return false;
        this.#inferred = cursor.number === 1;
        return true;
      default:
        return (this.#cluster = this.#text()) >= 0;
    }
  }

  #finish(): boolean {
    const { event } = this;
    if (event.metric < 0 || Number.isNaN(this.#atMicros)) return false;
    event.atMicros = this.#atMicros;
    this.id = this.#idStart < this.#idEnd ? (this.#isOwnId() ? OWN_ID : this.#idText()) : undefined;
    event.origin = this.names.originNumber(this.#source, this.#inferred, this.#cluster);
    if (this.#node < 0) return true;
    // A node that is named beside the data is meant when the data name none.
    const place = this.#place(KEY.node_id);
    return place >= 0 && (this.#isSeen(place) || this.#add(place, FLAT_KIND.text, this.#node));
  }

  /** A key and its colon. @returns −1 for one that nobody knows. */
  #key(): number {
    const keys = this.#keys;
    const cursor = this.#cursor;
    const place = (this.event.metric + 1) * keys.count + this.#lastKey;
    let key = this.#nextKeys[place] as number;
    if (!cursor.takeText(keys, key)) {
      key = cursor.readText(keys, false);
      if (key < 0) return -1;
      this.#nextKeys[place] = key;
    }
    this.#lastKey = key;
    return cursor.takeColon() ? key : -1;
  }

  #text(): number {
    return this.#cursor.readText(this.names.all, true);
  }

  #data(): boolean {
    const cursor = this.#cursor;
    if (!cursor.take(OPEN)) return false;
    if (cursor.take(CLOSE)) return true;
    do {
      const key = this.#key();
      if (key < 0 || !this.#field(key)) return false;
    } while (cursor.takeComma());
    return cursor.take(CLOSE);
  }

  #field(key: number): boolean {
    const cursor = this.#cursor;
    const place = this.#place(key);
    if (place < 0) return false;
    if (cursor.isText()) {
      const text = this.#text();
      return text >= 0 && this.#add(place, FLAT_KIND.text, text);
    }
    if (cursor.take(OPEN_LIST)) {
      const list = this.#list();
      return list >= 0 && this.#add(place, FLAT_KIND.list, list);
    }
    if (cursor.isFlag()) return cursor.readFlag() && this.#add(place, FLAT_KIND.flag, cursor.number);
    return cursor.readNumber() && this.#add(place, FLAT_KIND.number, cursor.number);
  }

  #list(): number {
    const cursor = this.#cursor;
    const texts: number[] = [];
    if (!cursor.take(CLOSE_LIST)) {
      do {
        const text = this.#text();
        if (text < 0) return -1;
        texts.push(text);
      } while (cursor.takeComma());
      if (!cursor.take(CLOSE_LIST)) return -1;
    }
    return this.names.listNumber(texts);
  }

  #place(key: number): number {
    return this.#placeOf[this.event.metric]?.[key] ?? -1;
  }

  #isSeen(place: number): boolean {
    return (this.#seenFields & (1 << place)) !== 0;
  }

  #add(place: number, kind: number, value: number): boolean {
    const { event } = this;
    if (this.#isSeen(place)) return false;
    this.#seenFields |= 1 << place;
    event.fields[event.count] = place;
    event.kinds[event.count] = kind;
    event.values[event.count] = value;
    event.count += 1;
    return true;
  }

  #idText(): string {
    return Buffer.from(this.#cursor.bytes.subarray(this.#idStart, this.#idEnd)).toString('latin1');
  }

  /** Whether an id says no more than which row of a store this was: see `isEventId`. */
  #isOwnId(): boolean {
    const { bytes } = this.#cursor;
    const name = this.#metricNames[this.event.metric];
    if (name === undefined) return false;
    let at = this.#idStart;
    for (const end = at + STORE_ID_LENGTH; at < end; at++) {
      const byte = bytes[at] as number;
      if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return false;
    }
    if (bytes[at++] !== COLON) return false;
    for (let i = 0; i < name.length; i++) if (bytes[at++] !== name[i]) return false;
    if (bytes[at++] !== COLON || bytes[at] === ZERO || at >= this.#idEnd) return false;
    let micros = 0;
    for (; at < this.#idEnd; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (!(digit >= 0 && digit <= 9)) return false;
      micros = micros * 10 + digit;
    }
    return micros === this.event.atMicros;
  }
}

/** The number of a text that a declaration names. */
function numberOf(texts: ByteTexts, text: string): number {
  return texts.numberAt(Buffer.from(`${text}"`), 0, true);
}
