import { describe, expect, it } from 'vitest';

import { nodeStatus } from '../../../src/metrics/node-status.ts';
import { stateLock } from '../../../src/metrics/state-lock.ts';
import { taskCompleted } from '../../../src/metrics/task-completed.ts';
import { parseCondition, toFilterBook } from '../../../src/surfaces/cli/conditions.ts';

const { fields } = taskCompleted;
const book = (...texts: string[]) =>
  toFilterBook(
    texts.map((text) => parseCondition(text, '--where')),
    fields,
  );

describe('conditions', () => {
  it.each([
    ['outcome=failure', { outcome: 'failure' }],
    ['outcome=failure,partial', { outcome: ['failure', 'partial'] }],
    ['outcome!=success', { outcome: { not: 'success' } }],
    ['outcome!=success,partial', { outcome: { not: ['success', 'partial'] } }],
    ['duration_seconds>60', { duration_seconds: { gt: 60 } }],
    ['duration_seconds>=60', { duration_seconds: { gte: 60 } }],
    ['duration_seconds<0.5', { duration_seconds: { lt: 0.5 } }],
    ['duration_seconds<=60', { duration_seconds: { lte: 60 } }],
    ['node_id^=Dev,1', { node_id: { prefix: 'Dev,1' } }],
    ['node_id!^=Dev', { node_id: { not_prefix: 'Dev' } }],
    ['tests_failed', { tests_failed: { present: true } }],
    ['!tests_failed', { tests_failed: { present: false } }],
    ['tests_failed=0', { tests_failed: 0 }],
    ['task_id=123', { task_id: '123' }],
    ['task_id=a=b', { task_id: 'a=b' }],
  ])('reads %s', (text, expected) => {
    expect(book(text)).toEqual(expected);
  });

  it('joins two bounds of one field', () => {
    expect(book('duration_seconds>1', 'duration_seconds<5')).toEqual({ duration_seconds: { gt: 1, lt: 5 } });
  });

  it('refuses two sets of values for one field, and says how to give both', () => {
    expect(() => book('outcome=failure', 'outcome=partial')).toThrow('two conditions on outcome');
  });

  it('refuses to compare a number with text', () => {
    expect(() => book('duration_seconds>long')).toThrow('"long" is none');
  });

  it('refuses what has no operator and is no name', () => {
    expect(() => parseCondition('a b', '--where')).toThrow('--where does not understand "a b"');
  });

  it('compares flags with true and false, and words of a list as text', () => {
    expect([
      toFilterBook([parseCondition('stale=true', '-w')], stateLock.fields),
      toFilterBook([parseCondition('status=idle', '-w')], nodeStatus.fields),
    ]).toEqual([{ stale: true }, { status: 'idle' }]);
  });

  it('compares a field that nobody declared as text, so that the question can refuse it by name', () => {
    expect(book('whatever=1')).toEqual({ whatever: '1' });
  });
});
