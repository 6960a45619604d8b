import type { IncomingEvent } from '../../model/event.ts';
import { NoticeCounts } from '../notice-counts.ts';
import { type SourceContext, SYSTEM_TIMERS } from '../source.ts';
import { isPrivateAttribute } from './attribute-filter.ts';
import { text } from './attribute-values.ts';
import type { ClientMapping, Draft, Told } from './client-mapping.ts';
import { countPoints } from './count-points.ts';
import { CumulativeSeries } from './cumulative-series.ts';
import { ATTRIBUTES_READ, clientOf, mappingOf, ORIGIN_KEYS } from './mappings.ts';
import { type Encoding, readTelemetry } from './read-telemetry.ts';
import {
  type ClientCounts,
  EMPTY_RECORD,
  makeFolder,
  readReceiverRecord,
  writeReceiverRecord,
} from './receiver-record.ts';
import type { Attributes, Batch, LogRecord, Point, Signal, Span } from './telemetry.ts';

/** Longer than clients wait between two pushes of logs (5 s), so that what tells more comes first. */
const YIELD_MILLIS = 15_000;
/** Most drafts that wait; above it the oldest are told. */
const MAX_WAITING = 20_000;
/** Most clients that are counted one by one; a service may call itself anything. */
const MAX_CLIENTS = 64;

/** One request, as it came in. */
export type OtlpRequest = {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  /** Node of the URL, `/n/<node>/…`: for what does not say itself whose it is. */
  readonly node: string | undefined;
};

/** Records that could not be understood, as a partial success tells it, and the push's number. */
export type OtlpOutcome = { readonly rejected: number; readonly reasons: readonly string[]; readonly push: number };

/**
 * Makes events of what agents' clients push, and keeps what it has to know for the next push: the last points of
 * counters, and what became of how much.
 *
 * Notices: `otlp_state_unreadable`, `otlp_state_unwritable`, `otlp_unknown_event`.
 */
export class OtlpTranslator {
  readonly #directory: string;
  readonly #context: SourceContext;
  readonly #notices = new NoticeCounts();
  readonly #series: CumulativeSeries;
  readonly #clients: Record<string, ClientCounts>;
  readonly #refused: Record<string, number>;
  /** By identity, the oldest first: what waits already is not told again. */
  readonly #waiting = new Map<string, { readonly event: IncomingEvent; readonly cancel: () => void }>();
  #changed = false;
  #listening: string | undefined;

  /** @param metricsDirectory Where what must survive is kept. */
  constructor(metricsDirectory: string, context: SourceContext) {
    this.#directory = metricsDirectory;
    this.#context = context;
    const read = readReceiverRecord(metricsDirectory);
    if (read === 'unreadable') this.#notices.add('otlp_state_unreadable', context);
    const record = read === undefined || read === 'unreadable' ? EMPTY_RECORD : read;
    this.#series = new CumulativeSeries(record.series);
    this.#clients = Object.assign(Object.create(null), record.clients) as Record<string, ClientCounts>;
    this.#refused = { ...record.refused };
  }

  /**
   * Tells the events of a request. What they rest on is kept before; `spooled()` is to be called once they are spooled.
   *
   * @throws UnreadableTelemetry, with nothing told.
   */
  receive({ signal, encoding, bytes, node }: OtlpRequest): OtlpOutcome {
    const telemetry = readTelemetry(bytes, encoding, signal, (key) => ATTRIBUTES_READ.has(key));
    const counted = new Set<ClientCounts>();
    const push = this.#series.begin();
    const events: IncomingEvent[] = [];
    let rejected = 0;
    const reasons = new Set<string>();
    for (const batch of telemetry.batches) {
      const mapping = mappingOf(batch.resource, batch.scopeName);
      const client = clientOf(mapping, batch.resource);
      const counts = this.#countsOf(client);
      counted.add(counts);
      add(counts.left, 'private_attribute', batch.left.private);
      add(counts.left, 'unlisted_attribute', batch.left.unlisted);
      for (const [reason, count] of Object.entries(batch.rejected)) {
        rejected += count;
        reasons.add(reason);
        add(counts.left, `rejected.${reason}`, count);
      }
      counts.records += batch.items.length;
      const tell = (drafts: readonly Draft[], own: Attributes): void => {
        counts.events += drafts.length;
        const origin = originOf(own, batch.resource, node);
        for (const draft of drafts) {
          const event = toEvent(draft, client, origin);
          if (draft.yields === true) this.#wait(draft.identity, event);
          else events.push(event);
        }
      };
      if (telemetry.signal === 'metrics') this.#receivePoints(batch as Batch<Point>, mapping, client, counts, tell);
      else this.#receiveRecords(batch as Batch<LogRecord> | Batch<Span>, mapping, client, counts, tell);
    }
    for (const counts of counted) {
      counts.requests += 1;
      counts.lastMicros = this.#context.clock.nowMicros();
    }
    this.#changed = true;
    if (this.#series.isChanged) {
      makeFolder(this.#directory);
      this.save();
    }
    for (const event of events) this.#context.emit(event);
    return { rejected, reasons: [...reasons], push };
  }

  /** Counts a request that was refused before it came here. */
  refuse(status: number): void {
    add(this.#refused, String(status), 1);
    this.#changed = true;
  }

  /** The events of a push, and of all before it, survive this process. */
  spooled(push: number): void {
    this.#series.spooled(push);
    this.#changed = true;
  }

  /** Keeps what must survive this process. Costs a file of some kilobytes. */
  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const written = writeReceiverRecord(this.#directory, {
      version: 1,
      listening: this.#listening,
      clients: this.#clients,
      refused: this.#refused,
      series: this.#series.kept(),
    });
    if (written) return;
    this.#changed = true;
    this.#notices.add('otlp_state_unwritable', this.#context);
  }

  /** Says where requests are taken; nothing, when they no longer are. */
  set listening(address: string | undefined) {
    this.#listening = address;
    this.#changed = true;
  }

  /** Tells what has waited for something better. */
  release(): void {
    while (this.#waiting.size > 0) this.#releaseOldest();
  }

  #receivePoints(
    batch: Batch<Point>,
    { counting, keys }: ClientMapping,
    client: string,
    counts: ClientCounts,
    tell: (drafts: readonly Draft[], own: Attributes) => void,
  ): void {
    const isRead = (key: string): boolean => keys.includes(key) || ORIGIN_READ.has(key);
    for (const { attributes } of batch.items) {
      for (const key of attributes.keys()) {
        if (isPrivateAttribute(key)) add(counts.left, 'private_attribute', 1);
        else if (!isRead(key)) add(counts.left, 'unlisted_attribute', 1);
      }
    }
    if (counting === undefined) {
      add(counts.left, 'unused_record', batch.items.length);
      return;
    }
    const { told, repeated, ignored } = countPoints(batch, client, counting, isRead, this.#series);
    add(counts.left, 'repeated_point', repeated);
    add(counts.left, 'unused_record', ignored);
    for (const { draft, attributes } of told) tell([draft], attributes);
  }

  #receiveRecords(
    { items, resource }: Batch<LogRecord> | Batch<Span>,
    mapping: ClientMapping,
    client: string,
    counts: ClientCounts,
    tell: (drafts: readonly Draft[], own: Attributes) => void,
  ): void {
    for (const item of items) {
      let told: Told | undefined;
      if ('eventName' in item) told = mapping.log?.(item, resource, client);
      else told = mapping.span?.(item, resource, client);
      if (told === undefined || told === 'ignored') add(counts.left, 'unused_record', 1);
      else if (told === 'unknown') {
        add(counts.left, 'unknown_event', 1);
        this.#notices.add('otlp_unknown_event', this.#context);
      } else tell(told, item.attributes);
    }
  }

  #wait(identity: string, event: IncomingEvent): void {
    if (this.#waiting.has(identity)) return;
    if (this.#waiting.size >= MAX_WAITING) this.#releaseOldest();
    const timers = this.#context.timers ?? SYSTEM_TIMERS;
    this.#waiting.set(identity, { event, cancel: timers.after(YIELD_MILLIS, () => this.#releaseOldest()) });
  }

  #releaseOldest(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    const [identity, { event, cancel }] = oldest;
    this.#waiting.delete(identity);
    cancel();
    this.#context.emit(event);
  }

  #countsOf(client: string): ClientCounts {
    const known = this.#clients[client];
    if (known !== undefined) return known;
    const name = Object.keys(this.#clients).length < MAX_CLIENTS ? client : 'others';
    return (this.#clients[name] ??= { requests: 0, records: 0, events: 0, lastMicros: 0, left: {} });
  }
}

function toEvent({ metric, atMicros, identity, data }: Draft, client: string, origin: Origin): IncomingEvent {
  const { node, task, cluster } = origin;
  return {
    metric,
    atMicros,
    identity,
    source: 'otlp',
    inferred: false,
    cluster,
    data: { ...data, client, node_id: node, task_id: task },
  };
}

const ORIGIN_READ: ReadonlySet<string> = new Set(Object.values(ORIGIN_KEYS));

type Origin = {
  readonly node: string | undefined;
  readonly task: string | undefined;
  readonly cluster: string | undefined;
};

/** Whose work it was: by the record, else by its resource, else by the URL. */
function originOf(own: Attributes, resource: Attributes, node: string | undefined): Origin {
  const told = (key: string): string | undefined => text(own, key) ?? text(resource, key);
  return { node: told(ORIGIN_KEYS.node) ?? node, task: told(ORIGIN_KEYS.task), cluster: told(ORIGIN_KEYS.cluster) };
}

function add(counts: Record<string, number>, reason: string, count: number): void {
  if (count > 0) counts[reason] = (counts[reason] ?? 0) + count;
}
