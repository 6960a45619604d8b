import type { CommandContext } from '../context.ts';
import { momentFormat } from '../terminal/moments.ts';
import { type Frame, type Note, plainLine } from './frame.ts';
import type { LiveView } from './live-view.ts';

/** Between two lines of what is now; events of note are told when they happen. */
const LINE_EVERY_SECONDS = 5;

/** Lines for pipes, files and the logs of a supervisor. With `--json` each is an object. */
export class PlainView implements LiveView {
  readonly #context: CommandContext;
  #nextLineSeconds = 0;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  show(frame: Frame): void {
    if (frame.elapsedSeconds < this.#nextLineSeconds) return;
    this.#nextLineSeconds = frame.elapsedSeconds + LINE_EVERY_SECONDS;
    const { format, timeZone } = this.#context;
    if (format === 'text') {
      this.#context.print(`${momentFormat(timeZone).time(frame.status.atMicros)}  ${plainLine(frame)}`);
    } else {
      const { status, storedEvents, spoolBytes, dropped } = frame;
      this.#context.printJsonLine({ ...status, storedEvents, spoolBytes, dropped });
    }
  }

  note({ time, text, tone }: Note): void {
    if (this.#context.format !== 'text') return;
    this.#context.print(`${time}  ${tone === undefined ? text : this.#context.style(tone, text)}`);
  }

  async close(): Promise<void> {}
}
