import type { StoredEvent } from '../../model/event.ts';
import { type Attribution, toldAttribution } from './attribution.ts';
import type { Join } from './conclusions.ts';
import { EventSums } from './event-sums.ts';
import type { LineBook } from './line-book.ts';
import { fieldsOf, LINE_FIELDS, type UsageLine } from './usage-line.ts';

/** Events that have the same names, by what was concluded of each and which costs each has. */
type Told = { readonly fields: UsageLine['fields']; readonly tallies: Map<string, Tally> };
type Tally = { readonly fields: UsageLine['fields']; readonly attribution: Attribution; readonly sums: EventSums };

/**
 * Sums events one by one, each joined at its moment. Names and figures become objects once for each line and not for
 * each event, which is what makes it worth having.
 */
export class EventTally {
  readonly #join: Join | undefined;
  readonly #hourOf: (atMicros: number) => number;
  readonly #told = new Map<string, Told & { readonly hourMicros: number }>();

  /** @param hourOf Into which stretches of time the events are cut. */
  constructor(join: Join | undefined, hourOf: (atMicros: number) => number) {
    this.#join = join;
    this.#hourOf = hourOf;
  }

  add(event: StoredEvent): void {
    const { data, atMicros } = event;
    const hourMicros = this.#hourOf(atMicros);
    // Names hold no control characters.
    let key = `${hourMicros}\n${event.cluster ?? '\t'}`;
    for (const field of EVENT_FIELDS) key += `\n${(data[field] as string | undefined) ?? '\t'}`;
    let told = this.#told.get(key);
    if (told === undefined) this.#told.set(key, (told = { hourMicros, fields: fieldsOf(event), tallies: new Map() }));

    const joined = this.#join?.(told.fields, atMicros);
    const reported = data['reported_cost_usd'] !== undefined;
    const computed = data['estimated_cost_usd'] !== undefined;
    const end = `${reported ? 'r' : ''}${computed ? 'c' : ''}\n${joined?.fields.node_id ?? '\t'}\n${joined?.fields.task_id ?? '\t'}`;
    let tally = told.tallies.get(end);
    if (tally === undefined) {
      const { fields, attribution } = joined ?? { fields: told.fields, attribution: toldAttribution(told.fields) };
      told.tallies.set(end, (tally = { fields, attribution, sums: new EventSums() }));
    }
    tally.sums.add(data);
  }

  /**
   * Adds all lines to a book.
   *
   * @param kept Names that matter there; the others were only needed to join.
   */
  addTo(
    book: LineBook,
    kept: (fields: UsageLine['fields']) => UsageLine['fields'],
    onPlan: (client: unknown) => boolean,
  ): void {
    for (const { hourMicros, tallies } of this.#told.values()) {
      for (const { fields, attribution, sums } of tallies.values()) {
        const place = { hourMicros, fields: kept(fields), attribution, detailed: true };
        book.add(place, sums.figures(onPlan(fields.client)));
      }
    }
  }
}

/** Those that are fields of the event itself. */
const EVENT_FIELDS = LINE_FIELDS.filter((field) => field !== 'cluster');
