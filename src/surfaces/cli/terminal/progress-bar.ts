import type { Clock } from '../../../model/clock.ts';
import type { OutputStream } from '../context.ts';
import type { Style } from './style.ts';

/** Shows how far long work has come. Costs nothing where nobody looks. */
export type ProgressBar = {
  /** @param part 0 to 1; `undefined` while the whole is not known. */
  update(part: number | undefined, detail: string): void;
  /** Takes the line away; what follows begins where it stood. */
  end(): void;
};

const BAR_CELLS = 24;
/** Often enough to look alive, rarely enough to cost nothing. */
const MILLIS_BETWEEN_DRAWS = 100;
const CLEAR_LINE = '\r\u001b[K';

const SILENT: ProgressBar = { update: () => {}, end: () => {} };

/**
 * A bar on one line of stderr, drawn over and over; nothing where stderr is no terminal.
 *
 * Drawn here and not by a prompt library: those read the keyboard while they draw, which swallows what is piped in
 * and turns Ctrl-C into an exit with code 0.
 */
export function progressBar(stream: OutputStream, clock: Clock, style: Style, title: string): ProgressBar {
  if (stream.isTTY !== true) return SILENT;
  let drawnMillis = Number.NEGATIVE_INFINITY;
  return {
    update(part, detail) {
      const nowMillis = clock.monotonicMillis();
      if (nowMillis - drawnMillis < MILLIS_BETWEEN_DRAWS) return;
      drawnMillis = nowMillis;
      const line = part === undefined ? `${title}  ${detail}` : `${title}  ${barOf(part, style)}  ${detail}`;
      stream.write(CLEAR_LINE + line);
    },
    end() {
      if (drawnMillis > Number.NEGATIVE_INFINITY) stream.write(CLEAR_LINE);
    },
  };
}

function barOf(part: number, style: Style): string {
  const bounded = Math.min(Math.max(part, 0), 1);
  const full = Math.round(bounded * BAR_CELLS);
  const percent = `${Math.floor(bounded * 100)} %`.padStart(5);
  return `${style('accent', '━'.repeat(full))}${style('quiet', '─'.repeat(BAR_CELLS - full))} ${percent}`;
}
