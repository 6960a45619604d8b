import { describe, expect, it } from 'vitest';

import { modelMismatch } from '../../../src/analysis/detectors/model-mismatch.ts';
import { unattributedSpend } from '../../../src/analysis/detectors/unattributed-spend.ts';
import { unpricedSpend } from '../../../src/analysis/detectors/unpriced-spend.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect } from '../../support/detect.ts';
import { dayOfWork, daysOfWork } from '../../support/usage-days.ts';

const withSession = (event: IncomingEvent, session: string): IncomingEvent => {
  return { ...event, data: { ...event.data, session_id: session } };
};

const DEAR = { nodeId: 'Node-C3D4', model: 'claude-opus-4-5', costUsd: 2.5 };

describe('dear models for plain work', () => {
  it('are found where a cheaper model does the same work as well', async () => {
    const events = [...daysOfWork(5, {}), ...daysOfWork(5, DEAR, DEAR)];
    const { findings } = await detect(modelMismatch, events);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      subject: { kind: 'model', id: 'claude-opus-4-5' },
      facts: { cheaper_model: 'claude-sonnet-4-5', role: 'developer' },
    });
    expect(findings[0]?.facts['cost_ratio']).toBeCloseTo(5, 0);
  });

  it('are not found where the dear model succeeds far more often', async () => {
    const failing = { outcome: 'failure' };
    const events = [...daysOfWork(2, failing, failing), ...daysOfWork(2, DEAR, DEAR)];
    expect((await detect(modelMismatch, events)).state).toBe('clear');
  });

  it('are not found where the models do the work of different roles', async () => {
    const architect = { ...DEAR, role: 'architect' };
    expect((await detect(modelMismatch, [...daysOfWork(5, {}), ...daysOfWork(5, architect, architect)])).state).toBe(
      'learning',
    );
    expect((await detect(modelMismatch, [])).state).toBe('no_data');
  });
});

describe('unpriced usage', () => {
  const unpriced = { model: 'house-coder-7b', data: { estimated_cost_usd: undefined } };

  it('is found, by model', async () => {
    const { findings } = await detect(unpricedSpend, [
      ...dayOfWork(0),
      ...dayOfWork(0, { ...unpriced, nodeId: 'Node-C3D4' }),
    ]);
    expect(findings[0]).toMatchObject({ subject: { kind: 'model', id: 'house-coder-7b' }, severity: 'critical' });
  });

  it('is not found where all is priced, or hardly any is not', async () => {
    expect((await detect(unpricedSpend, dayOfWork(0))).state).toBe('clear');
    const few = dayOfWork(0, { ...unpriced, nodeId: 'Node-C3D4', tasks: 1, inputTokens: 500 });
    expect((await detect(unpricedSpend, [...dayOfWork(0), ...few])).state).toBe('clear');
    expect((await detect(unpricedSpend, [])).state).toBe('no_data');
  });
});

describe('unattributed usage', () => {
  const nobody = { nodeId: 'Node-C3D4', data: { node_id: undefined, task_id: undefined } };

  it('is found where many sessions name no node', async () => {
    const strangers = dayOfWork(0, { ...nobody, data: { ...nobody.data, session_id: undefined } });
    const sessions = strangers.map((event, index) => withSession(event, `stranger-${index}`));
    const { findings } = await detect(unattributedSpend, [
      ...dayOfWork(0),
      ...sessions.filter(({ metric }) => metric === 'tokens.consumed'),
    ]);
    expect(findings[0]).toMatchObject({ subject: { kind: 'client', id: 'claude-code' } });
  });

  it('is not found where it costs next to nothing', async () => {
    const strangers = dayOfWork(0, { ...nobody, costUsd: 0.02 }).filter(({ metric }) => metric === 'tokens.consumed');
    const sessions = strangers.map((event, index) => withSession(event, `stranger-${index}`));
    expect((await detect(unattributedSpend, [...dayOfWork(0), ...sessions])).state).toBe('clear');
  });

  it('is not found where usage names its node, or one session in a hundred does not', async () => {
    expect((await detect(unattributedSpend, dayOfWork(0))).state).toBe('clear');
    const one = dayOfWork(0, { ...nobody, tasks: 1 }).filter(({ metric }) => metric === 'tokens.consumed');
    const named = one.map((event) => withSession(event, 'stranger'));
    expect((await detect(unattributedSpend, [...dayOfWork(0), ...named])).state).toBe('clear');
    expect((await detect(unattributedSpend, [])).state).toBe('no_data');
  });
});
