import type { Readable, Writable } from 'node:stream';

import type { MetricsCollector } from '../../metrics-collector.ts';
import type { Clock } from '../../model/clock.ts';
import type { Style } from './terminal/style.ts';

/** Where text goes: a stream that may be a terminal. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** The world of one run: a real process, or a test. */
export type World = {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working folder; relative paths on the command line start here. */
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  /** Aborted by Ctrl-C and SIGTERM. A command that follows or streams ends early and cleanly. */
  readonly signal: AbortSignal;
};

/** `text` for people, `json` and `csv` for programs. */
type Format = 'text' | 'json' | 'csv';

/** What a command is given: the world, the global options, and a collector that is opened when it is first asked for. */
export type CommandContext = World & {
  readonly format: Format;
  /** The context folder (`.ai`), absolute: from `--dir`, else CONTEXT_BUS_DIR, else `./.ai`. It may not exist. */
  readonly directory: string;
  /** True when the person named the folder, by option or environment; false for the default. */
  readonly directoryNamed: boolean;
  /** `--since` and `--until` as they were typed; both are read in `timeZone`. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** IANA zone of `--tz`, else the reader's own. */
  readonly timeZone: string;
  /** True when stdout is a terminal and the format is text: the only time to move a cursor or cut lines. */
  readonly isTTY: boolean;
  /** Columns of the terminal; 100 where stdout is none. */
  readonly width: number;
  readonly style: Style;
  /**
   * The collector of `directory`, with the configuration applied; the same one each time, closed after the command.
   *
   * @throws StoreError `STORE_MISSING` when the folder is not there or nothing was ever recorded in it.
   */
  readonly collector: () => Promise<MetricsCollector>;
  /** The same for commands that record: the folder may be missing and is made by the first event. */
  readonly recordingCollector: () => Promise<MetricsCollector>;
  /** One line (or several) to stdout, a line end added. */
  readonly print: (text: string) => void;
  /** One line to stderr: what is not the answer itself. Silent with `--json` and `--csv`. */
  readonly note: (text: string) => void;
  /** A value as JSON to stdout, absent parts left out; control and bidi characters escaped. */
  readonly printJson: (value: unknown) => void;
  /** The same on one line, for what goes on and on. */
  readonly printJsonLine: (value: unknown) => void;
};
