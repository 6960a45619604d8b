import { MICROS_PER_SECOND } from '../../model/range.ts';
import type { AggregateRow, FilterBook } from '../../query/question.ts';
import { toldAttribution } from './attribution.ts';
import { attribute, type Conclusions, type Join } from './conclusions.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { EventTally } from './event-tally.ts';
import { negated } from './figures.ts';
import { BASE_FIELDS, groupedUsage } from './grouped-usage.ts';
import { LineBook } from './line-book.ts';
import { type LineField, lineFields, rowFigures, type UsageLine } from './usage-line.ts';

/** What usage is to be told apart by, besides client, feed, model, prices and sub-agent. Less costs less. */
export type UsageDetail = {
  /** With `node_id` nodes are concluded where none is told, with `task_id` tasks as well. */
  readonly fields: readonly LineField[];
  readonly byDay: boolean;
};

/** Whose it was, for what, in which session, on which day. */
export const FULL_DETAIL: UsageDetail = { fields: ['session_id', 'node_id', 'task_id'], byDay: true };

type Seconds = { readonly since: number; readonly until: number };
/** A longer list of sessions costs more to look up, in each batch of events, than it saves. */
const MAX_LISTED = 200;
/** What reading needs to know of a span. */
export type Reading = {
  readonly detail: UsageDetail;
  readonly timeZone: string | undefined;
  readonly hourOf: (atMicros: number) => number;
  readonly onPlan: (client: unknown) => boolean;
};

/**
 * Reads usage that has not expired into lines: summed by the store wherever no join needs the moment of each event,
 * one by one where it does. An event costs a fraction of a microsecond summed by the store, and one to two one by one.
 */
export class UsageReader {
  readonly book = new LineBook();
  readonly #ask: EventAnswerer;
  readonly #reading: Reading;
  readonly #conclusions: Conclusions;

  constructor(ask: EventAnswerer, reading: Reading, conclusions: Conclusions) {
    this.#ask = ask;
    this.#reading = reading;
    this.#conclusions = conclusions;
  }

  /** Usage of clients whose feeds do not compete: the hour does not matter, nor the session for itself. */
  async readSummed(span: Seconds, filters: FilterBook): Promise<void> {
    if (span.since >= span.until) return;
    if (!this.#wants('task_id')) return this.#readNodes(span, filters);
    await this.#readNodes(span, { ...filters, task_id: { present: true } });
    // Only what may be of a node that ever held a task, or of a session with a task, has to be read one by one.
    const claimants = (await this.#conclusions.claims).nodes;
    const sessions = (await this.#conclusions.sessions).sessionsOf(claimants);
    const untold: FilterBook = { ...filters, task_id: { present: false } };
    if (sessions.length > MAX_LISTED) return this.#readJoined(span, untold);
    if (sessions.length > 0) await this.#readJoined(span, { ...untold, session_id: sessions });
    const others: FilterBook = sessions.length > 0 ? { ...untold, session_id: { not: sessions } } : untold;
    if (claimants.length === 0) return this.#readNodes(span, others);
    await this.#readJoined(span, { ...others, node_id: claimants });
    await this.#readNodes(span, others, { not: claimants });
  }

  /** Usage of clients whose feeds compete: for each hour, and with all of its names. */
  async readCompeting(span: Seconds, filters: FilterBook): Promise<void> {
    await this.#readSingly(span, filters, this.#reading.hourOf, (fields) => fields);
  }

  /** How usage of a moment gets its node and its task, as far as these are asked for. Absent: nothing is. */
  async join(): Promise<Join | undefined> {
    if (!this.#wants('node_id') && !this.#wants('task_id')) return undefined;
    const sessions = await this.#conclusions.sessions;
    const claims = this.#wants('task_id') ? await this.#conclusions.claims : undefined;
    return (fields, atMicros) => attribute(fields, atMicros, sessions, claims);
  }

  async #readSingly(
    span: Seconds,
    filters: FilterBook,
    hourOf: Reading['hourOf'],
    kept: (fields: UsageLine['fields']) => UsageLine['fields'],
  ): Promise<void> {
    if (span.since >= span.until) return;
    const tally = new EventTally(await this.join(), hourOf);
    for await (const batch of this.#ask.events({ metric: 'tokens.consumed', ...span, filters })) {
      for (const event of batch) tally.add(event);
    }
    tally.addTo(this.book, kept, this.#reading.onPlan);
  }

  /** Events that a join needs one by one, in as few lines as those that the store sums. */
  async #readJoined(span: Seconds, filters: FilterBook): Promise<void> {
    const { detail, hourOf } = this.#reading;
    const sinceMicros = startOf({}, span.since);
    const names = new Set<string>([...BASE_FIELDS, ...detail.fields, 'agent_id']);
    await this.#readSingly(span, filters, detail.byDay ? hourOf : () => sinceMicros, (fields) =>
      lineFields(Object.fromEntries(Object.entries(fields).filter(([field]) => names.has(field)))),
    );
  }

  #wants(field: LineField): boolean {
    return this.#reading.detail.fields.includes(field);
  }

  /** Usage that names a node as it is; the other by session, and event by event in sessions of several nodes. */
  async #readNodes(
    span: Seconds,
    filters: FilterBook,
    nodes: { readonly not?: readonly string[] } = {},
  ): Promise<void> {
    if (!this.#wants('node_id')) {
      await this.#addGrouped(span, nodes.not === undefined ? filters : { ...filters, node_id: nodes }, []);
      return;
    }
    await this.#addGrouped(span, { ...filters, node_id: { ...nodes, present: true } }, []);
    const unnamed: FilterBook = { ...filters, node_id: { present: false } };
    const torn = await this.#addGrouped(span, unnamed, ['session_id']);
    // Those that a filter leaves out are in no row.
    if (torn.size > 0) await this.#readJoined(span, { ...unnamed, session_id: [...torn] });
  }

  /** Returns sessions that were left out, because whose they are depends on the moment. */
  async #addGrouped(span: Seconds, filters: FilterBook, more: readonly LineField[]): Promise<ReadonlySet<string>> {
    const { detail, timeZone, onPlan } = this.#reading;
    const fields = [...detail.fields, ...more];
    const rows = await groupedUsage(this.#ask, { ...span, timeZone, byDay: detail.byDay, filters, fields });
    const concludes = more.includes('session_id') && rows.some(({ row }) => row.group['session_id'] !== undefined);
    const sessions = concludes ? await this.#conclusions.sessions : undefined;
    const torn = new Set<string>();
    for (const { row } of rows) {
      const { client, session_id: session } = lineFields(row.group);
      if (session !== undefined && client !== undefined && sessions?.hasOneNode(client, session) === false) {
        torn.add(session);
      }
    }
    for (const { row, sign } of rows) {
      const told = lineFields(row.group);
      if (sessions !== undefined && torn.has(told.session_id ?? '')) continue;
      const atMicros = startOf(row, span.since);
      const joined =
        sessions === undefined
          ? { fields: told, attribution: toldAttribution(told) }
          : attribute(told, atMicros, sessions, undefined);
      const figures = rowFigures(row, onPlan(row.group['client']));
      this.book.add({ hourMicros: atMicros, detailed: true, ...joined }, sign === 1 ? figures : negated(figures));
    }
    return torn;
  }
}

const startOf = ({ bucketStart }: Pick<AggregateRow, 'bucketStart'>, since: number): number =>
  Math.round((bucketStart ?? since) * MICROS_PER_SECOND);
