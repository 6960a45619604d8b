import { realpathSync } from 'node:fs';

import type { IncomingEvent } from '../../model/event.ts';
import { openPriceBook, priced, type PriceSettings } from '../../pricing/index.ts';
import { isWithin } from '../changed-lines.ts';
import { LineScanner } from './line-scanner.ts';
import type { HistorySink } from './line-history.ts';
import type { ReadMarks } from './read-marks.ts';

/** Types of lines named; more only count. */
const MAX_TYPES = 20;

/** What a reading saw. All numbers are running totals. */
export type HistoryCounts = {
  files: number;
  /** Files of which something was read. */
  filesRead: number;
  events: number;
  /** Sessions' files that belong to another workspace. */
  elsewhere: number;
  /** Files that are being written and whose end is left for the next time. */
  waiting: number;
  /** Files and folders that could not be read. */
  unreadable: number;
  damaged: number;
  readonly unknownTypes: Map<string, number>;
};

export type ReadingSettings = {
  readonly marks: ReadMarks;
  readonly nowMillis: () => number;
  /** Takes events, with nothing to wait for. */
  readonly tell: (event: IncomingEvent) => void;
  /** Where the prices stand by which requests are estimated; without them nothing is. */
  readonly prices?: PriceSettings | undefined;
  /** Only sessions that work in this folder or below it count; all of them when absent. */
  readonly workspace?: string | undefined;
  /** Files that nobody changed since then and that were never read are taken as read. */
  readonly fromMillis?: number | undefined;
};

/** One run through histories: what is shared by all files, and what is counted over all of them. */
export class Reading {
  readonly marks: ReadMarks;
  readonly nowMillis: () => number;
  readonly fromMillis: number;
  readonly scanner = new LineScanner();
  readonly counts: HistoryCounts = {
    files: 0,
    filesRead: 0,
    events: 0,
    elsewhere: 0,
    waiting: 0,
    unreadable: 0,
    damaged: 0,
    unknownTypes: new Map(),
  };
  readonly #tell: (event: IncomingEvent) => void;
  /** The workspace as it is named, and as it is found when links are resolved. */
  readonly workspaces: readonly string[];

  constructor({ marks, nowMillis, tell, prices, workspace, fromMillis = 0 }: ReadingSettings) {
    this.marks = marks;
    this.nowMillis = nowMillis;
    this.fromMillis = fromMillis;
    const book = prices === undefined ? undefined : openPriceBook(prices);
    this.#tell = book === undefined ? tell : (event) => tell(priced(event, book));
    this.workspaces = workspace === undefined ? [] : [...new Set([workspace, realPathOf(workspace)])];
  }

  /** Whether a session in that folder counts. One of which nobody knows the folder counts only when all do. */
  isWanted(workingFolder: string | undefined): boolean {
    if (this.workspaces.length === 0) return true;
    return workingFolder !== undefined && this.workspaces.some((workspace) => isWithin(workspace, workingFolder));
  }

  /** The sink for one file's parser. */
  sink(onElsewhere: () => void): HistorySink {
    const { counts } = this;
    return {
      tell: (event, workingFolder) => {
        if (!this.isWanted(workingFolder)) return onElsewhere();
        counts.events += 1;
        this.#tell(event);
      },
      unknown: (type) => {
        const name = counts.unknownTypes.has(type) || counts.unknownTypes.size < MAX_TYPES ? type : '(others)';
        counts.unknownTypes.set(name, (counts.unknownTypes.get(name) ?? 0) + 1);
      },
      damaged: () => (counts.damaged += 1),
    };
  }
}

/** Something of which not all was read. */
export type NewPart = {
  readonly path: string;
  readonly sizeBytes: number;
  /** When the file was made: originals before their copies. */
  readonly madeMillis: number;
  /** Reads it and notes how far; stops now and then, so that whoever asks can do something else meanwhile. */
  read(): Generator<undefined, void>;
};

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
