import { describe, expect, it } from 'vitest';

import { barsOf, happeningsOf, lanesOf, type Task } from '../../../src/surfaces/web/pages/task/life-bars.ts';

const mark = (part: Partial<Task['trace']['tools'][number]>): Task['trace']['tools'][number] => ({
  atMicros: 300e6,
  metric: 'tool.called',
  label: 'Read',
  concluded: false,
  facts: {},
  ...part,
});

const TASK: Task = {
  trace: {
    history: {
      taskId: 't-1',
      state: 'working',
      lastMicros: 400e6,
      waits: [{ fromMicros: 0, toMicros: 100e6, startConcluded: false }],
      attempts: [
        {
          nodeId: 'tests',
          fromMicros: 100e6,
          toMicros: 200e6,
          ended: 'released',
          reason: 'node_lost',
          startConcluded: false,
        },
        { nodeId: 'N-2', fromMicros: 200e6, startConcluded: false },
      ],
    },
    fromMicros: 0,
    toMicros: 500e6,
    events: [],
    tools: [mark({ durationMs: 2_000, outcome: 'error' })],
    stateOperations: [mark({ metric: 'state.lock', label: 'lock', concluded: true, facts: { wait_ms: 1_500 } })],
    work: [
      mark({ metric: 'tests.executed', durationMs: 60_000, facts: { passed: 9, failed: 1 } }),
      mark({
        metric: 'tokens.consumed',
        durationMs: 30_000,
        facts: { model: 'm', input_tokens: 1_200, output_tokens: 80, estimated_cost_usd: 0.25 },
      }),
      mark({ metric: 'tokens.consumed', facts: {} }),
    ],
  },
  intervals: [{ fromMicros: 0, toMicros: 100e6, state: 'queued', concluded: false }],
  timesMicros: {},
};

describe("a task's life as a picture", () => {
  const happenings = happeningsOf(TASK);
  const lanes = lanesOf(happenings);
  const of = (lane: string) => happenings.filter((one) => one.lane === lane);

  it('has a lane for each kind of thing that happened and for each node, also one that is called as a lane is', () => {
    expect(lanes).toEqual(['clock', 'queue', 'by tests', 'by N-2', 'state file', 'tests', 'requests', 'tool calls']);
    expect(barsOf(happenings, lanes, 'light').every(({ lane }) => lane >= 0)).toBe(true);
  });

  it('begins what is told at its end by its length before', () => {
    expect(of('tests')).toMatchObject([{ fromMicros: 240e6, toMicros: 300e6, detail: '9 passed, 1 failed' }]);
    expect(of('tool calls')).toMatchObject([{ fromMicros: 298e6, toMicros: 300e6, what: 'tool', name: 'Read' }]);
  });

  it('says what a request cost and from where, and that a cost is not known', () => {
    expect(of('requests').map(({ detail }) => detail)).toEqual([
      '$0.25 at list price; tokens: 1,200 in, 80 out',
      'cost not known',
    ]);
  });

  it('draws a turn that goes on up to now, and says how others ended', () => {
    expect(of('by N-2')).toMatchObject([{ toMicros: 500e6, detail: 'goes on' }]);
    expect(of('by tests')).toMatchObject([{ detail: 'released: node lost' }]);
  });

  it('draws what was concluded paler, and says so', () => {
    const [lock] = barsOf(of('state file'), lanes, 'dark');
    expect(lock?.isPale).toBe(true);
    expect(lock?.told.at(-1)).toBe('concluded, not told');
    expect(lock?.told).toContain('waited 1.5 s for the lock');
  });
});
