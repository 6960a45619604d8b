import { Box, render, Text, useInput, useWindowSize } from 'ink';
import { createElement, type ReactElement } from 'react';

import type { CommandContext } from '../context.ts';
import { type Frame, frameLines } from './frame.ts';
import type { LiveView } from './live-view.ts';

type ScreenProps = { readonly frame: Frame | undefined; readonly context: CommandContext; readonly onQuit: () => void };

/** The frame as lines that fit the window as it is now: a view taller than the terminal would flicker. */
function Screen({ frame, context, onQuit }: ScreenProps): ReactElement {
  const { columns, rows } = useWindowSize();
  useInput(
    (input, key) => {
      if (input === 'q' || (key.ctrl && input === 'c')) onQuit();
    },
    { isActive: context.stdin === process.stdin && process.stdin.isTTY },
  );
  const lines =
    frame === undefined
      ? ['Looking …']
      : frameLines(frame, { width: columns, height: Math.max(1, rows - 1), style: context.style });
  return createElement(
    Box,
    { flexDirection: 'column', height: Math.max(1, rows - 1) },
    // A line's place is its identity.
    ...lines.map((line, i) => createElement(Text, { key: i, wrap: 'truncate' }, line === '' ? ' ' : line)),
  );
}

/** A view that is drawn over and over on the terminal's other screen, so that what was there before comes back. */
export function openInkView(context: CommandContext, onQuit: () => void): LiveView {
  const element = (frame?: Frame): ReactElement => createElement(Screen, { frame, context, onQuit });
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
    show: (frame) => app.rerender(element(frame)),
    // Notes are part of the next frame.
    note: () => {},
    close: async () => {
      app.unmount();
      await app.waitUntilExit();
    },
  };
}
