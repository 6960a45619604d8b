import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { usageIdentity } from '../../model/usage-identity.ts';
import { isObject, type JsonObject } from '../amicus-state/read-value.ts';
import { normalUsage } from '../normal-usage.ts';
import { type Session, sessionEvent, toolCalled, type ToolOutcome } from './history-events.ts';
import { type Environment, placesOf } from './home-folder.ts';
import type { HistorySink } from './line-history.ts';
import { amountAt, countAt, microsAt, wordAt } from './line-text.ts';
import { openCodeDatabase, type OpenCodeRows } from './opencode-rows.ts';
import type { NewPart, Reading } from './reading.ts';

const CLIENT = 'opencode';
const FILE_NAME = 'opencode.db';
/** A message that is not finished after so long never will be. */
const UNFINISHED_MILLIS = 3_600_000;
/** Rows between two stops. */
const STEP_ROWS = 500;

/** The database of OpenCode: usage of each message and calls of tools, chosen by SQL so that no content leaves it. */
export const openCode = {
  name: CLIENT,
  doc: 'The database of OpenCode, read only; its tables of accounts and credentials are refused.',
  places: (environment: Environment): readonly string[] =>
    placesOf(environment, 'XDG_DATA_HOME', '.local/share').map((place) => join(place, 'opencode')),
  look,
} as const;

function look(place: string, reading: Reading): NewPart[] {
  const path = databaseIn(place);
  if (path === undefined) return [];
  reading.counts.files += 1;
  const stats = signatureOf(path);
  const mark = reading.marks.get(path);
  const same = mark?.ino === stats.ino && mark.sizeBytes === stats.sizeBytes && mark.mtimeMillis === stats.mtimeMillis;
  if (mark === undefined ? stats.mtimeMillis < reading.fromMillis : same && !mark.waits) return [];
  return [{ path, sizeBytes: stats.sizeBytes, madeMillis: stats.madeMillis, read: () => read(path, reading) }];
}

function databaseIn(place: string): string | undefined {
  try {
    const real = realpathSync(place);
    const path = statSync(real).isDirectory() ? join(real, FILE_NAME) : real;
    return lstatSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

/** What changes when anything is written: the database itself, or the journal beside it. */
function signatureOf(path: string) {
  const main = statSync(path);
  const journal: Stats | undefined = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return {
    ino: main.ino,
    sizeBytes: main.size + (journal?.size ?? 0),
    mtimeMillis: Math.max(main.mtimeMs, journal?.mtimeMs ?? 0),
    madeMillis: main.birthtimeMs,
    // Without a journal nobody writes, and nothing need be written beside it to read it.
    isQuiet: (journal?.size ?? 0) === 0,
  };
}

function* read(path: string, reading: Reading): Generator<undefined, void> {
  const { marks, counts } = reading;
  const signature = signatureOf(path);
  const known = marks.get(path);
  const memory = known?.ino === signature.ino ? known.memory : {};
  const url = pathToFileURL(path);
  url.search = signature.isQuiet ? '?mode=ro&immutable=1' : '?mode=ro';
  let rows: OpenCodeRows | undefined;
  try {
    rows = openCodeDatabase(url);
    counts.filesRead += 1;
    const reader = new RowReader(
      reading.sink(() => {}),
      reading.nowMillis(),
    );
    yield* reader.readAll('message', rows.messages(countAt(memory, 'message') ?? 0), (row) => reader.message(row));
    yield* reader.readAll('part', rows.parts(countAt(memory, 'part') ?? 0), (row) => reader.part(row));
    if (reader.waits) counts.waiting += 1;
    const { ino, sizeBytes, mtimeMillis } = signature;
    const place = { ...memory, ...reader.place };
    marks.set(path, { ino, sizeBytes, mtimeMillis, offset: 0, before: '', waits: reader.waits, memory: place });
  } catch {
    counts.unreadable += 1;
  } finally {
    rows?.close();
  }
}

class RowReader {
  /** By table, the last row before the first that is not finished. */
  readonly place: Record<string, number> = {};
  waits = false;
  readonly #sink: HistorySink;
  readonly #nowMillis: number;
  readonly #sessions = new Set<string>();

  constructor(sink: HistorySink, nowMillis: number) {
    this.#sink = sink;
    this.#nowMillis = nowMillis;
  }

  *readAll(table: string, rows: Iterable<unknown>, take: (row: JsonObject) => boolean): Generator<undefined, void> {
    let number = 0;
    let isHeld = false;
    for (const row of rows) {
      if (!isObject(row)) continue;
      isHeld ||= !take(row);
      if (!isHeld) this.place[table] = countAt(row, 'rowid') ?? 0;
      if (++number % STEP_ROWS === 0) yield undefined;
    }
    this.waits ||= isHeld;
  }

  /** @returns False when the row will change: it is read again next time. */
  message(row: JsonObject): boolean {
    const atMicros = microsAt(row, 'created');
    const session = sessionOf(row);
    const cwd = wordAt(row, 'cwd');
    if (atMicros === undefined) return true;
    this.#noteSession(session, atMicros, cwd);
    if (row['role'] !== 'assistant') return true;
    const completed = microsAt(row, 'completed');
    const isOld = this.#nowMillis - atMicros / 1_000 > UNFINISHED_MILLIS;
    const key = wordAt(row, 'id');
    if (completed === undefined && !isOld) return false;
    if (key === undefined || countAt(row, 'output') === undefined) return true;
    const told = {
      input: countAt(row, 'input'),
      output: countAt(row, 'output'),
      cacheRead: countAt(row, 'cache_read'),
      cacheWrite: countAt(row, 'cache_write'),
      reasoning: countAt(row, 'reasoning'),
    };
    const cost = amountAt(row, 'cost');
    this.#sink.tell(
      {
        metric: 'tokens.consumed',
        atMicros: completed ?? atMicros,
        source: 'transcript',
        inferred: false,
        identity: usageIdentity(CLIENT, key),
        data: {
          ...session,
          ...normalUsage(told, { cacheInInput: false, reasoningInOutput: false }),
          model: wordAt(row, 'model'),
          feed: 'database',
          requests: 1,
          duration_ms: completed === undefined ? undefined : Math.max(0, completed - atMicros) / 1_000,
          // 0 is what it writes for models whose price it does not know.
          reported_cost_usd: cost === 0 ? undefined : cost,
        },
      },
      cwd,
    );
    return true;
  }

  #noteSession(session: Session, atMicros: number, cwd: string | undefined): void {
    const { session_id: id, agent_id: agent } = session;
    if (id === undefined || agent !== undefined || this.#sessions.has(id)) return;
    this.#sessions.add(id);
    const started = sessionEvent('session.started', session, atMicros, {});
    if (started !== undefined) this.#sink.tell(started, cwd);
  }

  part(row: JsonObject): boolean {
    const outcome = OUTCOMES.get(row['status']);
    const [start, end] = [microsAt(row, 'start'), microsAt(row, 'end')];
    if (outcome === undefined || end === undefined) {
      return start === undefined || this.#nowMillis - start / 1_000 > UNFINISHED_MILLIS;
    }
    const durationMillis = start === undefined ? undefined : Math.max(0, end - start) / 1_000;
    const call = { callId: wordAt(row, 'call_id'), server: CLIENT, tool: wordAt(row, 'tool'), outcome, durationMillis };
    if (call.callId !== undefined) this.#sink.tell(toolCalled(sessionOf(row), end, call), wordAt(row, 'cwd'));
    return true;
  }
}

/** A session that another began is a sub-agent's. */
function sessionOf(row: JsonObject): Session {
  const session_id = wordAt(row, 'session_id');
  return { client: CLIENT, session_id, agent_id: wordAt(row, 'parent_id') === undefined ? undefined : session_id };
}

/** What is not here is still going on. */
const OUTCOMES: ReadonlyMap<unknown, ToolOutcome> = new Map([
  ['completed', 'success'],
  ['error', 'error'],
] as const);
