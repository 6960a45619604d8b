import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';

import { TopDesk } from '../../../../src/surfaces/cli/live/top-desk.ts';
import { topReports } from '../../../../src/surfaces/cli/live/top-figures.ts';
import { topFrame, type TopScene } from '../../../../src/surfaces/cli/live/top-frame.ts';
import { FIRST_TOP_STATE, TOP_PANES, type TopState } from '../../../../src/surfaces/cli/live/top-state.ts';
import { colourStyle, plainStyle } from '../../../../src/surfaces/cli/terminal/style.ts';
import type { Told } from '../../../support/clock-events.ts';
import { storeOf } from '../../../support/told-store.ts';

const CONFIG = `[budgets.day]
limit_usd = 5
per = "day"
[alerts.queue]
metric = "task.claimed"
aggregation = "max(queue_seconds)"
window = "1h"
warn = 300
`;
const HOUR: readonly Told[] = [
  [0, 'node.registered', 'Node-A', { role: 'developer', model: 'example-large' }],
  [1, 'node.status', 'Node-A', { status: 'idle' }],
  [2, 'node.registered', 'Node-B', { role: 'tester', model: 'example-small' }],
  [3, 'node.status', 'Node-B', { status: 'idle' }],
  [10, 'task.created', undefined, { task_id: 'task-1', priority: 'high' }],
  [20, 'task.claimed', 'Node-A', { task_id: 'task-1', queue_seconds: 10 }],
  [20.1, 'node.status', 'Node-A', { status: 'working', previous: 'idle' }],
  [600, 'task.completed', 'Node-A', { task_id: 'task-1', duration_seconds: 580, outcome: 'success' }],
  [601, 'node.status', 'Node-A', { status: 'idle', previous: 'working' }],
  [700, 'task.created', undefined, { task_id: 'task-2', priority: 'low' }],
  [800, 'task.created', undefined, { task_id: 'task-3', priority: 'medium' }],
  [900, 'task.claimed', 'Node-B', { task_id: 'task-3', queue_seconds: 100 }],
  [900.1, 'node.status', 'Node-B', { status: 'working', previous: 'idle' }],
  [950, 'cluster.snapshot', undefined, { active_nodes: 2, idle_nodes: 1, pending_tasks: 1, in_progress_tasks: 1 }],
];

/** A view of what was told, after so many seconds. */
async function openScene(told: readonly Told[], nowSeconds = 1_000) {
  const { metrics, directory, clock } = await storeOf(told, nowSeconds);
  writeFileSync(join(directory, 'amicus-metrics.toml'), CONFIG);
  const context = { clock, timeZone: 'UTC', directory, env: {}, cwd: '/', collector: async () => metrics };
  const desk = new TopDesk(topReports(context), clock, async () => (await metrics.stats()).events);
  await desk.refresh(new AbortController().signal, () => {});
  const scene: TopScene = {
    directory: '/work/space/.ai',
    nowMicros: clock.nowMicros(),
    timeZone: 'UTC',
    figures: desk.figures,
    problem: desk.problem,
    width: 100,
    height: 23,
    style: plainStyle,
  };
  return scene;
}

const showing = (change: Partial<TopState>): TopState => ({ ...FIRST_TOP_STATE, ...change });

describe('topFrame', () => {
  it('shows health, queue, cost and alerts above the list that was chosen', async () => {
    const scene = await openScene(HOUR);
    expect(scene.problem).toBeUndefined();
    const frames = TOP_PANES.map((pane) => topFrame(showing({ pane }), scene).lines.join('\n'));
    await expect(`${frames.join('\n\n')}\n`).toMatchFileSnapshot('../../../fixtures/expected/top-100x24.txt');
  });

  it('is never taller than the window, and always says which keys there are', async () => {
    const scene = await openScene(HOUR);
    for (const height of [1, 2, 5, 8, 12, 23, 60]) {
      for (const width of [20, 40, 80, 200]) {
        for (const pane of TOP_PANES) {
          for (const isHelp of [true, false]) {
            const { lines } = topFrame(showing({ pane, isHelp }), { ...scene, height, width });
            expect(lines).toHaveLength(height);
            expect(lines.at(-1)).toContain('q quit');
          }
        }
      }
    }
  });

  it('keeps a list in low windows, and leaves out what is above it', async () => {
    const { lines } = topFrame(FIRST_TOP_STATE, { ...(await openScene(HOUR)), height: 9 });
    expect(lines.some((line) => line.startsWith('Node-B'))).toBe(true);
    expect(lines.some((line) => line.startsWith('Tasks'))).toBe(false);
  });

  it('shows what it shows with colours without them too', async () => {
    const scene = await openScene(HOUR);
    const coloured = topFrame(FIRST_TOP_STATE, { ...scene, style: colourStyle }).lines.join('\n');
    expect(coloured).not.toBe(stripVTControlCharacters(coloured));
    expect(stripVTControlCharacters(coloured)).toBe(topFrame(FIRST_TOP_STATE, scene).lines.join('\n'));
  });

  it('lists the rows that hold a text, in the order that was chosen', async () => {
    const scene = await openScene(HOUR);
    const views = FIRST_TOP_STATE.views;
    const filtered = showing({ views: { ...views, nodes: { order: 1, offset: 0, filter: 'TESTER' } } });
    const { lines, page } = topFrame(filtered, scene);
    expect(page.rows).toBe(1);
    expect(lines.join('\n')).toMatch(/1 with "TESTER", by name\nnode +role.*\nNode-B/);
    expect(lines.at(-1)).toContain('nothing happened for 1 min 39 s; is `up` running?');
    const none = showing({ views: { ...views, nodes: { order: 0, offset: 0, filter: 'nobody' } } });
    expect(topFrame(none, scene).lines.join('\n')).toContain('No row holds this text.');
  });

  it('scrolls, and stays within the rows there are', async () => {
    const many = Array.from({ length: 40 }, (_, i): Told => [i, 'node.status', `N${i + 10}`, { status: 'idle' }]);
    const scene = await openScene(many);
    const at = (offset: number) =>
      topFrame(showing({ views: { ...FIRST_TOP_STATE.views, nodes: { order: 1, offset, filter: '' } } }), scene);
    expect(at(5).lines.find((line) => /^N\d/.test(line))).toMatch(/^N15 /);
    expect(at(5_000).lines.findLast((line) => /^N\d/.test(line))).toMatch(/^N49 /);
  });

  it('lets no name do anything to the terminal', async () => {
    const evil = '\u001b]0;x\u0007\u001b[2J\u202eevil\u009b';
    const told: readonly Told[] = [
      [1, 'node.registered', evil, { role: evil, model: evil }],
      [2, 'task.created', undefined, { task_id: evil, priority: 'high' }],
      [3, 'task.claimed', evil, { task_id: evil, queue_seconds: 1 }],
    ];
    const scene = { ...(await openScene(told)), directory: `/a${evil}`, problem: evil };
    for (const pane of TOP_PANES) {
      const views = { ...FIRST_TOP_STATE.views, [pane]: { order: 0, offset: 0, filter: '' } };
      const text = topFrame(showing({ pane, views }), scene).lines.join('');
      expect(text).toContain('evil');
      // oxlint-disable-next-line no-control-regex -- what must not be there
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
    const typed = { ...FIRST_TOP_STATE.views, nodes: { order: 0, offset: 0, filter: evil } };
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(topFrame(showing({ isTyping: true, views: typed }), scene).lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('says that it looks as long as nothing is known', () => {
    const scene = { directory: '/a', nowMicros: 0, timeZone: 'UTC', figures: {}, problem: undefined, width: 80 };
    const { lines } = topFrame(FIRST_TOP_STATE, { ...scene, height: 20, style: plainStyle });
    expect(lines.join('\n')).toContain('Looking …');
    expect(lines.join('\n')).not.toMatch(/undefined|NaN/);
  });
});
