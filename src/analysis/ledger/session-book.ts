import type { FilterBook } from '../../query/question.ts';
import type { EventAnswerer } from './event-answerer.ts';

/** Somebody said then that a session is of this node, or for this task. */
type Telling = { readonly atMicros: number; readonly name: string };
type Told = 'node_id' | 'task_id';
/** Tellings by session, those of each in order of time. */
type Tellings = ReadonlyMap<string, readonly Telling[]>;

/** Metrics that tell which node a session is. The proxy knows the node of each call, and the session of many. */
const NODE_METRICS = ['session.started', 'tool.called'];
/** Only who starts a session says what for: a tool call may be made for something else. */
const TASK_METRICS = ['session.started'];

/** What is known of sessions of clients: whose they were, and what for. */
export class SessionBook {
  readonly #nodes: Tellings;
  readonly #tasks: Tellings;

  constructor(nodes: Tellings, tasks: Tellings) {
    this.#nodes = nodes;
    this.#tasks = tasks;
  }

  nodeAt(client: string, session: string, atMicros: number): string | undefined {
    return told(this.#nodes.get(sessionKey(client, session)), atMicros);
  }

  taskAt(client: string, session: string, atMicros: number): string | undefined {
    return told(this.#tasks.get(sessionKey(client, session)), atMicros);
  }

  /** Ids of sessions that were started for a task, or were ever of one of the nodes. */
  sessionsOf(nodes: readonly string[]): string[] {
    const wanted = new Set(nodes);
    const ofNodes = [...this.#nodes].filter(([, all]) => all.some(({ name }) => wanted.has(name)));
    const keys = [...this.#tasks.keys(), ...ofNodes.map(([key]) => key)];
    return [...new Set(keys.map((key) => key.slice(key.indexOf('\n') + 1)))];
  }

  /** Whether the session had one node all the time, or none. */
  hasOneNode(client: string, session: string): boolean {
    return (this.#nodes.get(sessionKey(client, session))?.length ?? 0) <= 1;
  }
}

/**
 * Reads the whole history: whose a session is must not depend on the span that is asked for. One group for each session,
 * and single events only of sessions that were told to be of several nodes or tasks.
 */
export async function readSessionBook(ask: EventAnswerer): Promise<SessionBook> {
  return new SessionBook(await tellings(ask, NODE_METRICS, 'node_id'), await tellings(ask, TASK_METRICS, 'task_id'));
}

const sessionKey = (client: string, session: string): string => `${client}\n${session}`;

/** What was told last before the moment; before the first telling, what that one says. */
function told(all: readonly Telling[] | undefined, atMicros: number): string | undefined {
  return (all?.findLast((telling) => telling.atMicros <= atMicros) ?? all?.[0])?.name;
}

async function tellings(ask: EventAnswerer, metrics: readonly string[], field: Told): Promise<Tellings> {
  const filters: FilterBook = { client: { present: true }, session_id: { present: true }, [field]: { present: true } };
  const names = new Map<string, Set<string>>();
  const torn = new Set<string>();
  for (const metric of metrics) {
    const groupBy = ['client', 'session_id', field];
    const { rows } = await ask.aggregate({ metric, filters, aggregations: ['count'], groupBy });
    for (const { group } of rows) {
      const session = String(group['session_id']);
      const key = sessionKey(String(group['client']), session);
      const known = names.get(key) ?? new Set();
      names.set(key, known.add(String(group[field])));
      if (known.size > 1) torn.add(session);
    }
  }
  const found = new Map<string, Telling[]>();
  for (const [key, [name]] of names) if (name !== undefined) found.set(key, [{ atMicros: 0, name }]);
  if (torn.size === 0) return found;

  const moments = new Map<string, Telling[]>();
  for (const metric of metrics) {
    for await (const batch of ask.events({ metric, filters: { ...filters, session_id: [...torn] } })) {
      for (const { data, atMicros } of batch) {
        const key = sessionKey(String(data['client']), String(data['session_id']));
        const known = moments.get(key) ?? [];
        moments.set(key, known);
        known.push({ atMicros, name: String(data[field]) });
      }
    }
  }
  for (const [key, all] of moments) found.set(key, changes(all.sort((a, b) => a.atMicros - b.atMicros)));
  return found;
}

/** Without tellings that say again what the one before said. */
function changes(all: readonly Telling[]): Telling[] {
  return all.filter(({ name }, i) => name !== all[i - 1]?.name);
}
