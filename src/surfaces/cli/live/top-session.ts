import { setTimeout as delay } from 'node:timers/promises';

import type { CommandContext } from '../context.ts';
import { openInkScreen } from './ink-screen.ts';
import { TopDesk } from './top-desk.ts';
import { topReports } from './top-figures.ts';
import { topFrame } from './top-frame.ts';
import { type DrawnPage, FIRST_TOP_STATE, pressed } from './top-state.ts';

/** Between two looks at whether something is worth making again. */
const TICK_MILLIS = 1_000;

/** Shows the cluster until the person ends it. */
export async function runTop(context: CommandContext): Promise<void> {
  const collector = await context.collector();
  const quit = new AbortController();
  const end = AbortSignal.any([context.signal, quit.signal]);
  const desk = new TopDesk(topReports(context), context.clock, async () => (await collector.stats()).events);
  let state = FIRST_TOP_STATE;
  let page: DrawnPage = { rows: 0, room: 0, orders: 1 };
  const screen = openInkScreen(context, {
    lines: (size) => {
      const { directory, timeZone, style, clock } = context;
      const { figures, problem } = desk;
      const scene = { directory, timeZone, style, figures, problem, nowMicros: clock.nowMicros(), ...size };
      const frame = topFrame(state, scene);
      ({ page } = frame);
      return frame.lines;
    },
    onKey: (key) => {
      const next = pressed(state, key, page);
      if (next === undefined) quit.abort();
      else {
        state = next;
        screen.redraw();
      }
    },
  });
  try {
    while (!end.aborted) {
      await desk.refresh(end, () => screen.redraw());
      await delay(TICK_MILLIS, undefined, { signal: end }).catch(() => {});
    }
  } finally {
    await screen.close();
  }
}
