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
  /** What wakes the source up. The machine's timers when absent; tests pass their own. */
  readonly timers?: Timers | undefined;
};

/** A source that follows something live. Translates, and never stores. */
export interface LiveSource {
  readonly name: string;
  /** Begins following. Resolves when the first look is done. */
  start(context: SourceContext): Promise<void>;
  /** Looks once more, now; for tests and for the end of a run. */
  poll(): Promise<void>;
  stop(): Promise<void>;
  /** Is told what other sources tell, for one that goes by it. Never throws, never waits. */
  hear?(event: IncomingEvent): void;
}

/** Waits, on behalf of a source. */
export interface Timers {
  /** Runs something once, later. Returns what calls it off. */
  after(millis: number, run: () => void): () => void;
}

/** The machine's timers. They do not keep a process alive. */
export const SYSTEM_TIMERS: Timers = {
  after(millis, run) {
    const timer = setTimeout(run, millis);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Where a source looks and where it keeps its place. */
export type SourcePlace = {
  /** The context folder of a cluster, usually `.ai`. */
  readonly directory: string;
  /** The folder of the store, where the source keeps how far it has read. The context folder when absent. */
  readonly metricsDirectory?: string | undefined;
  /** The cluster's name, where one store holds several. */
  readonly cluster?: string | undefined;
  /** Variables of the process, by which the histories of agents are found. Without them none is. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Of which sessions histories are followed: those that work in this workspace, all, or none. */
  readonly agentHistories?: 'workspace' | 'all' | 'off' | undefined;
  /** Whether changes in the git repository around the context folder are followed. */
  readonly git?: 'auto' | 'off' | undefined;
  /** The user's own prices of models. */
  readonly pricesFile?: string | undefined;
};

/** A source, as listed: its name, what it reads, and how it is opened. */
export type SourceDefinition = {
  readonly name: string;
  /** One sentence: what it reads and what comes of it. */
  readonly doc: string;
  open(place: SourcePlace): LiveSource;
};
