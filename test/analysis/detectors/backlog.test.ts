import { describe, expect, it } from 'vitest';

import { backlogAdvice } from '../../../src/analysis/advice/rules/backlog.ts';
import { backlog } from '../../../src/analysis/detectors/backlog.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';
import { MINUTES_PER_DAY, nodeEvents, NODES, taskEvents, usualNodes, usualTasks } from '../../support/flow-events.ts';

const [NODE] = NODES;

/** Tasks that come each `gap` minutes and take `minutes`, all done by one node, one after the other. */
function queueAtOneNode(from: number, gap: number, minutes: number, tasks: number): IncomingEvent[] {
  let free = from;
  return Array.from({ length: tasks }, (_, index) => {
    const created = from - index * gap;
    const claimed = Math.min(created - 0.5, free);
    const completed = claimed - minutes;
    free = completed - 0.5;
    const id = `queued-${index}`;
    if (claimed < 1) return taskEvents({ id, created });
    return taskEvents({ id, created, claimed, ...(completed < 0 ? {} : { completed }), node: NODE });
  }).flat();
}
/** A history with three nodes; for the last day, two of them have left. */
const history = [...usualNodes(), ...usualTasks(15 * MINUTES_PER_DAY, MINUTES_PER_DAY, () => 20)];
const leave = (node: string) =>
  minutesBefore(MINUTES_PER_DAY, 'node.terminated', { node_id: node, reason: 'graceful' });
const left = NODES.slice(1).map(leave);

describe('a backlog', () => {
  it('is found where tasks wait for hours, with how many nodes are missing and what they would save', async () => {
    const { findings } = await detect(backlog, [...history, ...left, ...queueAtOneNode(1_000, 15, 40, 40)]);
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    // Work of 40 minutes each 15 minutes keeps 2.7 nodes busy: one is there.
    expect(finding?.facts['missing_nodes']).toBe(2);
    expect(finding?.facts['pending']).toBeGreaterThan(10);
    expect(finding?.observed.value).toBeGreaterThan(3_600);
    const advice = finding === undefined ? undefined : backlogAdvice.advise(finding);
    expect(advice).toMatchObject({ action: 'spawn_node', params: { role: 'developer', count: 2 }, priority: 'high' });
    const saved = advice?.saving.secondsPerDay;
    expect(saved?.value).toBeGreaterThan(saved?.low ?? Infinity);
    expect(saved?.value).toBeLessThan(saved?.high ?? 0);
    expect(saved?.low).toBeGreaterThan(0);
  });

  it('is found where fewer nodes than usual make tasks wait, though not for hours', async () => {
    const { findings } = await detect(backlog, [...history, ...left, ...queueAtOneNode(1_200, 30, 28, 40)]);
    expect(findings).toHaveLength(0);
    const tight = [
      ...queueAtOneNode(1_200, 30, 28, 20),
      ...[1_180, 1_090, 1_000, 910, 820, 730].flatMap((created, index) =>
        taskEvents({ id: `more-${index}`, created, claimed: created - 25, completed: created - 50, node: NODE }),
      ),
    ];
    const { findings: found } = await detect(backlog, [...history, ...left, ...tight], {
      short_share: 0.1,
      min_hours: 0,
    });
    expect(found[0]?.summary).toMatch(/where 3\.0 are usual/);
  });

  it('is not found in a rush that is over soon, nor where tasks are blocked', async () => {
    const rush = Array.from({ length: 9 }, (_, index) =>
      taskEvents({
        id: `rush-${index}`,
        created: 300,
        claimed: 299 - Math.floor(index / 3) * 15,
        completed: 285 - Math.floor(index / 3) * 15,
        node: NODES[index % 3] ?? NODE,
      }),
    ).flat();
    const usual = usualTasks(MINUTES_PER_DAY, 0, () => 20);
    expect((await detect(backlog, [...history, ...usual, ...rush])).state).toBe('clear');
    const blocked = Array.from({ length: 20 }, (_, index) => [
      ...taskEvents({ id: `blocked-${index}`, created: 1_000 + index }),
      minutesBefore(999 + index, 'task.status', { task_id: `blocked-${index}`, status: 'blocked' }),
    ]).flat();
    expect((await detect(backlog, [...history, ...usual, ...blocked])).state).toBe('clear');
  });

  it('is not found where there were nodes enough: they were idle while tasks waited', async () => {
    const late = Array.from({ length: 20 }, (_, index) => {
      const created = 1_300 - index * 60;
      return taskEvents({ id: `late-${index}`, created, claimed: created - 100, completed: created - 110, node: NODE });
    }).flat();
    const verdict = await detect(backlog, [...history, ...late]);
    expect(verdict).toMatchObject({ state: 'clear', reason: expect.stringContaining('another reason') });
  });

  it('is no question without tasks or nodes, and none yet with a few tasks', async () => {
    expect((await detect(backlog, [])).state).toBe('no_data');
    expect((await detect(backlog, nodeEvents(NODE, 100))).state).toBe('no_data');
    expect((await detect(backlog, [...usualNodes(), ...usualTasks(240, 0, () => 20)])).state).toBe('learning');
  });
});
