import type { EventData, StoredEvent } from '../../model/event.ts';
import { MICROS_PER_MINUTE } from '../../model/range.ts';
import { feedStep } from './best-feed.ts';
import type { UsageLine } from './usage-line.ts';

/** Outlets tell a request within seconds of each other, by the clocks of one machine. */
const WINDOW_MICROS = MICROS_PER_MINUTE;
/** After so many events, what is too old to have a twin is forgotten. */
const TIDY_AFTER = 10_000;

const KEY_FIELDS = [
  'client',
  'session_id',
  'agent_id',
  'model',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
] as const;

/**
 * Finds requests that two feeds told under different identities, so that both are counted: the same client, session,
 * model and numbers of tokens within a minute, from feeds that should have shared an id. Events must come oldest first.
 */
export class ToldTwice {
  readonly #seen = new Map<string, { readonly feed: string; readonly atMicros: number }>();
  readonly #clients: ReadonlySet<string>;
  #count = 0;
  #usd = 0n;
  #events = 0;
  #kept = 0;

  /** @param outlets Which feeds there are. Only clients with two feeds that share ids can have told something twice. */
  constructor(outlets: readonly Pick<UsageLine['fields'], 'client' | 'feed'>[]) {
    this.#clients = new Set(
      outlets.flatMap(({ client, feed }) =>
        client !== undefined && outlets.some((other) => areTwins(client, feed, other)) ? [client] : [],
      ),
    );
  }

  look({ data, atMicros }: StoredEvent): void {
    const { client, session_id: session, feed } = data;
    if (typeof client !== 'string' || typeof session !== 'string' || typeof feed !== 'string' || feed === 'metrics')
      return;
    this.#events += 1;
    if (!this.#clients.has(client)) return;
    let key = '';
    // Names hold no control characters.
    for (const field of KEY_FIELDS) key += `${String(data[field] ?? '\t')}\n`;
    const twin = this.#seen.get(key);
    if (twin !== undefined && isTwin(client, feed, atMicros, twin)) {
      this.#count += 1;
      this.#usd += nanosOf(data);
    }
    this.#seen.set(key, { feed, atMicros });
    this.#kept += 1;
    if (this.#kept % TIDY_AFTER === 0) this.#forgetBefore(atMicros - WINDOW_MICROS);
  }

  /** Requests told twice, and the nano-dollars that are counted twice with them. */
  get found(): { readonly requests: number; readonly nanos: bigint; readonly looked: number } {
    return { requests: this.#count, nanos: this.#usd, looked: this.#events };
  }

  #forgetBefore(moment: number): void {
    for (const [key, { atMicros }] of this.#seen) if (atMicros < moment) this.#seen.delete(key);
  }
}

function areTwins(
  client: string,
  feed: string | undefined,
  other: Pick<UsageLine['fields'], 'client' | 'feed'>,
): boolean {
  return other.client === client && other.feed !== feed && feedStep(client, other.feed) === feedStep(client, feed);
}

function isTwin(client: string, feed: string, atMicros: number, twin: { feed: string; atMicros: number }): boolean {
  return (
    twin.feed !== feed &&
    feedStep(client, twin.feed) === feedStep(client, feed) &&
    atMicros - twin.atMicros <= WINDOW_MICROS
  );
}

function nanosOf({ reported_cost_usd: reported, estimated_cost_usd: estimated }: EventData): bigint {
  const usd = reported ?? estimated;
  return typeof usd === 'number' ? BigInt(Math.round(usd * 1e9)) : 0n;
}
