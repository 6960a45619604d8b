import type { McpObserver } from '../../sources/mcp-proxy/mcp-observer.ts';
import type { SideReader } from './side-reader.ts';

/** Sessions that are remembered; the one unused for longest is given up. */
const MAX_SESSIONS = 1_000;

/**
 * Who listens to which exchange. Servers of the first era give a session an id, and an answer may come in another
 * exchange than its request; all exchanges of a session share one observer. Without an id each exchange is a matter of
 * its own, and knows beforehand what earlier ones told about client and server.
 */
export class HttpSessions {
  readonly #reader: SideReader;
  readonly #byId = new Map<string, McpObserver>();
  /** The last observer without a session. */
  #latest: McpObserver | undefined;

  constructor(reader: SideReader) {
    this.#reader = reader;
  }

  observer(sessionId: string | undefined): { readonly observer: McpObserver; readonly isOwn: boolean } {
    const known = sessionId === undefined ? undefined : this.#byId.get(sessionId);
    if (sessionId !== undefined && known !== undefined) {
      this.#byId.delete(sessionId);
      this.#byId.set(sessionId, known);
      return { observer: known, isOwn: false };
    }
    const observer = this.#reader.observer(this.#latest?.facts);
    if (sessionId !== undefined) this.remember(sessionId, observer);
    else this.#latest = observer;
    return { observer, isOwn: sessionId === undefined };
  }

  /** A server gave an exchange its session id. */
  remember(sessionId: string, observer: McpObserver): void {
    if (this.#byId.has(sessionId)) return;
    this.#byId.set(sessionId, observer);
    if (this.#byId.size <= MAX_SESSIONS) return;
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.end(oldest);
  }

  end(sessionId: string): void {
    this.#byId.get(sessionId)?.end();
    this.#byId.delete(sessionId);
  }

  endAll(): void {
    for (const observer of this.#byId.values()) observer.end();
    this.#byId.clear();
  }
}
