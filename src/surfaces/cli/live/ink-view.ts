import type { CommandContext } from '../context.ts';
import { type Frame, frameLines } from './frame.ts';
import { openInkScreen } from './ink-screen.ts';
import type { LiveView } from './live-view.ts';

/** A view of what is followed, on the terminal's other screen. */
export function openInkView(context: CommandContext, onQuit: () => void): LiveView {
  let shown: Frame | undefined;
  const screen = openInkScreen(context, {
    lines: (size) => (shown === undefined ? ['Looking …'] : frameLines(shown, { ...size, style: context.style })),
    onKey: (key) => {
      if ('text' in key ? key.text === 'q' : key.name === 'interrupt') onQuit();
    },
  });
  return {
    show: (frame) => {
      shown = frame;
      screen.redraw();
    },
    // Notes are part of the next frame.
    note: () => {},
    close: () => screen.close(),
  };
}
