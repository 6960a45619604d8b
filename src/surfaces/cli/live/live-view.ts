import type { CommandContext } from '../context.ts';
import type { Frame, Note } from './frame.ts';

/** Shows what is followed, while it is followed. */
export interface LiveView {
  show(frame: Frame): void;
  /** Something has just happened. */
  note(note: Note): void;
  /** Leaves the terminal as it was. */
  close(): Promise<void>;
}

/** The view that suits where the output goes: drawn on a terminal, lines anywhere else. */
export async function openLiveView(context: CommandContext, onQuit: () => void): Promise<LiveView> {
  if (context.isTTY && context.env['TERM'] !== 'dumb') {
    const { openInkView } = await import('./ink-view.ts');
    return openInkView(context, onQuit);
  }
  const { PlainView } = await import('./plain-view.ts');
  return new PlainView(context);
}
