import { describe, expect, it } from 'vitest';

import { weeklySummary } from '../../../src/analysis/reports/weekly-summary.ts';
import { second, type Told } from '../../support/clock-events.ts';
import { storeOf } from '../../support/told-store.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Three tasks a day that wait `wait` seconds and cost a dime each, for some days. */
function days(fromDay: number, toDay: number, wait: number): Told[] {
  return Array.from({ length: (toDay - fromDay) * 3 }, (_, place) => {
    const at = fromDay * DAY + place * 8 * HOUR + HOUR;
    const id = `t-${fromDay}-${place}`;
    const told: Told[] = [
      [at, 'task.claimed', 'Node-A', { task_id: id, queue_seconds: wait + (place % 5) }],
      [at + 600, 'tests.executed', 'Node-A', { task_id: id, suite: 'unit', failed: place % 4 === 0 ? 1 : 0 }],
      [at + 800, 'tokens.consumed', 'Node-A', { task_id: id, model: 'm', input_tokens: 9, reported_cost_usd: 0.1 }],
      [at + 900, 'task.completed', 'Node-A', { task_id: id, outcome: 'success', duration_seconds: 900 }],
    ];
    return told;
  }).flat();
}

async function weekOf(told: readonly Told[], toSeconds: number) {
  const { metrics } = await storeOf(told, toSeconds);
  const settings = { timeZone: 'UTC', budgets: [], plans: [], insights: undefined };
  const toMicros = second(toSeconds);
  const summary = await weeklySummary(metrics, { toMicros, nowMicros: toMicros, ...settings });
  return { summary, figure: (name: string) => summary.figures.find((one) => one.name === name) };
}

describe('the week', () => {
  it('sets each figure beside the four weeks before, and says what differs', async () => {
    const { summary, figure } = await weekOf([...days(0, 28, 60), ...days(28, 35, 600)], 35 * DAY);
    expect(summary.fromMicros).toBe(second(4 * WEEK));
    expect(summary.recordedFromMicros).toBeUndefined();
    expect(figure('completed')).toMatchObject({
      now: { value: 21 },
      before: [21, 21, 21, 21].map((value) => ({ value, samples: value })),
      judgement: 'as_usual',
    });
    expect(figure('queue_wait')).toMatchObject({ judgement: 'higher', better: 'lower' });
    expect(figure('turn_length')?.judgement).toBe('as_usual');
    expect(figure('first_run_pass_share')).toMatchObject({ judgement: 'as_usual', now: { samples: 21 } });
    expect(summary.costNanos).toBe(2_100_000_000n);
    expect(figure('cost_per_completed')?.now.value).toBeCloseTo(0.1, 9);
    expect(summary.changes).toBeUndefined();
  });

  it('leaves out weeks before anything was recorded, rather than taking them for empty ones', async () => {
    const { summary, figure } = await weekOf(days(17, 35, 60), 35 * DAY);
    expect(summary.recordedFromMicros).toBe(second(17 * DAY - 12 * HOUR));
    expect(figure('completed')?.before.map(({ value }) => value)).toEqual([undefined, undefined, undefined, 21]);
    expect(figure('completed')?.judgement).toBe('too_few');
  });

  it('counts what was decided and what was found in the week', async () => {
    const finding = (at: number, change: string): Told => [
      at,
      'finding.changed',
      undefined,
      { finding_id: 'backlog/cluster', kind: 'backlog', change, severity: 'warning' },
    ];
    const { summary } = await weekOf(
      [
        finding(10 * DAY, 'opened'),
        finding(30 * DAY, 'closed'),
        finding(31 * DAY, 'opened'),
        [
          32 * DAY,
          'advice.decided',
          undefined,
          { advice_id: 'backlog/cluster', kind: 'backlog', decision: 'accepted' },
        ],
      ],
      35 * DAY,
    );
    expect(summary.insights).toMatchObject({ opened: 1, closed: 1, accepted: 1, dismissed: 0 });
    expect(summary.figures.every(({ judgement }) => judgement === 'too_few')).toBe(true);
  });
});
