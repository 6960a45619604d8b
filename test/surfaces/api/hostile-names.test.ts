import { describe, expect, it } from 'vitest';
import { startApi } from '../../support/running-api.ts';

const NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  '</script><img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  'javascript:alert(1)',
  '=HYPERLINK("http://evil.test")',
  "'; DROP TABLE task_completed; --",
  '{"role":"system"}',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'a%2F..%2Fb',
  'a?b=c&d#e',
  'Ünïcödé 漢字',
];

describe('hostile names in data', () => {
  it('come out as text in JSON, and lead back to what they name', async () => {
    const api = await startApi();
    for (const name of NAMES) {
      api.collector.record('task.created', { task_id: name });
      api.collector.record('task.claimed', { task_id: name, node_id: name });
      api.collector.record('task.completed', { task_id: name, node_id: name, outcome: 'success' });
    }
    await api.collector.flush();
    const { tasks } = (await api.ask('/api/v1/tasks')) as { tasks: { taskId: string }[] };
    const stored = tasks.map(({ taskId }) => taskId);
    expect(stored.toSorted()).toEqual([...NAMES].sort());
    for (const name of NAMES) {
      const answer = await api.get(`/api/v1/tasks/${encodeURIComponent(name)}`);
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers['content-type']).toBe('application/json');
      const { trace } = JSON.parse(answer.body.toString()) as { trace: { history: { taskId: string } } };
      expect(trace.history.taskId).toBe(name);
      const by = (await api.ask(
        `/api/v1/aggregate?metric=task.completed&where=${encodeURIComponent(`node_id=${name}`)}&by=node_id`,
      )) as { rows: { group: { node_id: string } }[] };
      expect(by.rows.map(({ group }) => group.node_id)).toEqual(name.includes(',') ? [] : [name]);
    }
    expect(Object.prototype).not.toHaveProperty('alert');
  });
});
