import { Box, render, Text, useInput, useWindowSize } from 'ink';
import { createElement, type ReactElement } from 'react';

import type { CommandContext } from '../context.ts';
import { type KeyPress, toKeyPress } from './key-press.ts';

/** The terminal's other screen, drawn over and over. */
export type InkScreen = {
  /** Draws what there is to draw now. */
  redraw(): void;
  /** Brings back what was on the terminal before. */
  close(): Promise<void>;
};

/** What is drawn, and who is told of keys. */
export type Drawing = {
  /** Lines for a window of this size, as it is now. */
  lines(size: { readonly width: number; readonly height: number }): readonly string[];
  onKey(key: KeyPress): void;
};

type ScreenProps = { readonly drawing: Drawing; readonly readsKeys: boolean };

/** Lines that fit the window as it is now: a view taller than the terminal would flicker. */
function Screen({ drawing, readsKeys }: ScreenProps): ReactElement {
  const { columns, rows } = useWindowSize();
  useInput(
    (input, key) => {
      const pressed = toKeyPress(input, key);
      if (pressed !== undefined) drawing.onKey(pressed);
    },
    { isActive: readsKeys },
  );
  const height = Math.max(1, rows - 1);
  const lines = drawing.lines({ width: columns, height }).slice(0, height);
  return createElement(
    Box,
    { flexDirection: 'column', height },
    // A line's place is its identity.
    ...lines.map((line, i) => createElement(Text, { key: i, wrap: 'truncate' }, line === '' ? ' ' : line)),
  );
}

/** Takes the terminal's other screen, so that what was there before comes back. */
export function openInkScreen(context: CommandContext, drawing: Drawing): InkScreen {
  const readsKeys = context.stdin === process.stdin && process.stdin.isTTY;
  const element = (): ReactElement => createElement(Screen, { drawing, readsKeys });
  const app = render(element(), {
    stdout: context.stdout,
    stderr: context.stderr,
    stdin: context.stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 10,
  });
  return {
    redraw: () => app.rerender(element()),
    close: async () => {
      app.unmount();
      await app.waitUntilExit();
    },
  };
}
