import type { Clock } from '../model/clock.ts';
import type { IncomingEvent } from '../model/event.ts';

/** Something a source wants its reader to know, without content: a code from the source's closed list, and a count. */
export type SourceNotice = { readonly code: string; readonly count: number };

/** What a running source is given. */
export type SourceContext = {
  readonly clock: Clock;
  /** Takes events; never throws, never waits. */
  emit(event: IncomingEvent): void;
  /** Takes diagnostics: unreadable file, unknown shape. Shown by `doctor` and `sources`. */
  notice(notice: SourceNotice): void;
};

/** A source that follows something live. Translates, and never stores. */
export interface LiveSource {
  readonly name: string;
  /** Begins following. Resolves when the first look is done. */
  start(context: SourceContext): Promise<void>;
  /** Looks once more, now; for tests and for the end of a run. */
  poll(): Promise<void>;
  stop(): Promise<void>;
}
