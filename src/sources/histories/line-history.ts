import type { IncomingEvent } from '../../model/event.ts';
import type { Environment } from './home-folder.ts';

/** Where a history's events go, with the working folder of the session that each belongs to. */
export type HistorySink = {
  tell(event: IncomingEvent, workingFolder: string | undefined): void;
  /** Counts a line whose type nobody knows; the name is the client's word for it. */
  unknown(type: string): void;
  /** Counts a line that is no JSON, or not whole, though it looked like one that matters. */
  damaged(): void;
};

/** What a parser has to know of the lines before, as JSON: names, ids and numbers, never content. */
export type HistoryMemory = Readonly<Record<string, unknown>>;

/** Reads the lines of one file in their order. Lines come as bytes, so that most are passed over without being decoded. */
export interface HistoryParser {
  /** One line, without its line feed. `offset`: where it begins in the file. */
  take(bytes: Buffer, start: number, end: number, offset: number): void;
  /**
   * No more lines for now.
   *
   * @param settled Whether the file was left alone for a while, so that nothing more is expected of what is unfinished.
   */
  pause(settled: boolean): void;
  /** Where the next reading must begin again, because what begins there is not finished. */
  readonly heldFrom: number | undefined;
  memory(): HistoryMemory;
}

/** A file of a history, and where it lies. */
export type HistoryFile = {
  readonly path: string;
  /** Path below the history's folder, with `/`. */
  readonly within: string;
};

/** The history of a client that keeps files of lines. */
export type LineHistory = {
  readonly name: string;
  /** One sentence: what is read. */
  readonly doc: string;
  /** The folders that hold it on a machine with this environment, most of which may not exist. */
  places(environment: Environment): readonly string[];
  /** Folders below such a place in which the history lies; the place itself where none of them is there. */
  readonly folders: readonly string[];
  /** Whether a file belongs to the history. Everything else, credentials above all, is never opened. */
  accepts(within: string): boolean;
  /** False where the place of a file alone tells that its session works elsewhere. */
  mayBeOf?(file: HistoryFile, workspace: string): boolean;
  open(file: HistoryFile, memory: HistoryMemory, sink: HistorySink): HistoryParser;
};
