import { describe, expect, it } from 'vitest';
import { type SignalFacts, WORKLOAD_SIGNALS, workloadSignal } from '../../../src/analysis/reports/workload-signal.ts';

const WORKING: SignalFacts = {
  openTasks: 1,
  pending: 3,
  manages: false,
  taskSeconds: 600,
  usualP50Seconds: 900,
  usualP95Seconds: 2_400,
  budgetUsedShare: 0.4,
  throttledRequests: 0,
  failedInARow: 0,
  humanWaitSeconds: undefined,
};
const IDLE: SignalFacts = { ...WORKING, openTasks: 0, taskSeconds: undefined };

describe('the signal to an agent', () => {
  it.each([
    ['carry_on', WORKING, { figure: 'task_seconds', value: 600, limit: 2_400 }],
    ['finish_and_stop', { ...WORKING, budgetUsedShare: 1.2 }, { figure: 'budget_used_share', value: 1.2, limit: 1 }],
    ['slow_down', { ...WORKING, budgetUsedShare: 0.85 }, { figure: 'budget_used_share', value: 0.85, limit: 0.8 }],
    ['slow_down', { ...WORKING, throttledRequests: 4 }, { figure: 'throttled_requests_15m', value: 4, limit: 3 }],
    ['ask_human', { ...WORKING, taskSeconds: 3_000 }, { figure: 'task_seconds', value: 3_000, limit: 2_700 }],
    ['ask_human', { ...WORKING, failedInARow: 3 }, { figure: 'failed_in_a_row', value: 3, limit: 3 }],
    ['ask_human', { ...WORKING, humanWaitSeconds: 60 }, { figure: 'human_wait_seconds', value: 60 }],
    ['take_more_work', IDLE, { figure: 'pending_tasks', value: 3 }],
    ['wait_for_work', { ...IDLE, pending: 0 }, { figure: 'pending_tasks', value: 0 }],
    ['carry_on', { ...IDLE, pending: undefined }, { figure: 'open_tasks', value: 0 }],
    ['carry_on', { ...IDLE, manages: true }, { figure: 'open_tasks', value: 0 }],
  ] as const)('is %s with its figure', (signal, facts, reason) => {
    expect(workloadSignal(facts)).toEqual({ signal, reason: { limit: undefined, ...reason } });
  });

  it('says nothing of a long task where there is too little to compare it with', () => {
    const facts = { ...WORKING, taskSeconds: 1e6, usualP50Seconds: undefined, usualP95Seconds: undefined };
    expect(workloadSignal(facts).signal).toBe('carry_on');
  });

  it('puts what is dearest to overlook first', () => {
    const everything = { ...WORKING, budgetUsedShare: 2, failedInARow: 9, throttledRequests: 9, taskSeconds: 1e6 };
    expect(workloadSignal(everything).signal).toBe('finish_and_stop');
  });

  it('has a closed list of words', () => {
    expect(new Set(WORKLOAD_SIGNALS).size).toBe(6);
  });
});
