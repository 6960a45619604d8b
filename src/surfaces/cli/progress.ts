import type { CommandContext } from './context.ts';

/** Shows how far long work is, on one line of a terminal that is rewritten; nothing in pipes. */
export type Progress = {
  /** @param part The part done, 0 to 1. */
  show(part: number): void;
  /** Removes the line. */
  end(): void;
};

const BAR = 30;

/** A progress bar on stderr, so that what stdout carries stays clean. */
export function progressOf(context: Pick<CommandContext, 'stderr' | 'format'>, title: string): Progress {
  if (context.stderr.isTTY !== true || context.format !== 'text') return { show: () => {}, end: () => {} };
  let shown = -1;
  return {
    show: (part) => {
      const percent = Math.floor(Math.min(1, Math.max(0, part)) * 100);
      if (percent === shown) return;
      shown = percent;
      const filled = Math.round((percent / 100) * BAR);
      context.stderr.write(
        `\r${title} ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${String(percent).padStart(3)} %`,
      );
    },
    end: () => void (shown >= 0 && context.stderr.write('\r\u001b[K')),
  };
}
