import { describe, expect, it } from 'vitest';

import { backlogAdvice } from '../../../src/analysis/advice/rules/backlog.ts';
import { overCapacityAdvice } from '../../../src/analysis/advice/rules/over-capacity.ts';
import { backlog } from '../../../src/analysis/detectors/backlog.ts';
import type { Finding } from '../../../src/analysis/detectors/finding.ts';
import { overCapacity } from '../../../src/analysis/detectors/over-capacity.ts';
import { detect } from '../../support/detect.ts';
import { MINUTES_PER_DAY, nodeEvents, usualNodes, usualTasks } from '../../support/flow-events.ts';
import { simulatedFlow } from '../../support/simulated-flow.ts';

const SPARE = ['Node-G7H8', 'Node-J9K1', 'Node-L2M3'];
const usual = [...usualNodes(), ...usualTasks(12 * MINUTES_PER_DAY, 0, () => 20)];

/** A cluster of so many nodes, the manager not counted, that works at so many tasks a day. */
const cluster = (seed: number, workers: number, tasksPerDay: number) =>
  simulatedFlow({ seed, nodes: workers + 1, tasksPerDay });
const countOf = (finding: Finding | undefined, rule: typeof backlogAdvice): number =>
  finding === undefined ? 0 : Number(rule.advise(finding)?.params['count'] ?? 0);

describe('over-capacity', () => {
  it('is found where the work of a week needs far fewer nodes, and says how many are left over', async () => {
    const { findings } = await detect(overCapacity, [
      ...usual,
      ...SPARE.flatMap((node) => nodeEvents(node, 12 * MINUTES_PER_DAY)),
    ]);
    expect(findings).toHaveLength(1);
    // A task of 20 minutes each hour keeps one node busy for a third of its time.
    expect(findings[0]).toMatchObject({ severity: 'info', facts: { nodes: 6, kept_nodes: 1, spare_nodes: 5 } });
    expect(findings[0]?.impact.secondsPerDay?.value).toBeLessThanOrEqual(5 * 86_400);
    expect(findings[0] === undefined ? undefined : overCapacityAdvice.advise(findings[0])).toMatchObject({
      action: 'terminate_idle',
      params: { count: 5 },
    });
  });

  it('is not found where the nodes are needed, if only on one day of the week', async () => {
    const busyDay = usualTasks(4 * MINUTES_PER_DAY, 3 * MINUTES_PER_DAY, () => 58);
    const busier = [20, 40].flatMap((later) =>
      busyDay.map((event) => ({
        ...event,
        atMicros: event.atMicros + later * 60e6,
        data: { ...event.data, task_id: `${String(event.data['task_id'])}-${later}` },
      })),
    );
    expect((await detect(overCapacity, [...usual, ...busyDay, ...busier])).state).toBe('clear');
  });

  it('is not found where the nodes were needed the week before the last', async () => {
    const earlier = usualTasks(16 * MINUTES_PER_DAY, 12 * MINUTES_PER_DAY, () => 20);
    const busyDay = usualTasks(11 * MINUTES_PER_DAY, 10 * MINUTES_PER_DAY, () => 58);
    const busier = [20, 40].flatMap((later) =>
      busyDay.map((event) => ({
        ...event,
        atMicros: event.atMicros + later * 60e6,
        data: { ...event.data, task_id: `${String(event.data['task_id'])}-${later}` },
      })),
    );
    expect((await detect(overCapacity, [...usual, ...earlier, ...busyDay, ...busier])).state).toBe('clear');
  });

  it('is not found while tasks wait, and is no question before a week is over or without nodes', async () => {
    const early = [...usualNodes(), ...usualTasks(3 * MINUTES_PER_DAY, 0, () => 20)];
    const young = early.filter(({ metric }) => !metric.startsWith('node.'));
    expect((await detect(overCapacity, young)).state).toBe('learning');
    expect((await detect(overCapacity, [])).state).toBe('no_data');
  });
});

describe('over-capacity and backlog', () => {
  it(
    'never hold both of one cluster, and what one advises gives the other no reason',
    { timeout: 300_000 },
    async () => {
      for (const seed of [11, 12, 13]) {
        const scarce = cluster(seed, 2, 40);
        const [missing] = (await detect(backlog, scarce)).findings;
        expect((await detect(overCapacity, scarce)).state).not.toBe('findings');
        const more = countOf(missing, backlogAdvice);
        expect(more).toBeGreaterThan(0);
        expect((await detect(overCapacity, cluster(seed, 2 + more, 40))).state).not.toBe('findings');

        const ample = cluster(seed, 12, 30);
        const [spare] = (await detect(overCapacity, ample)).findings;
        expect((await detect(backlog, ample)).state).not.toBe('findings');
        const fewer = countOf(spare, overCapacityAdvice);
        expect(fewer).toBeGreaterThan(1);
        expect((await detect(backlog, cluster(seed, 12 - fewer, 30))).state).not.toBe('findings');
      }
    },
  );
});
