import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import type { Question } from '../../../src/surfaces/api/define-question.ts';
import { QUESTIONS } from '../../../src/surfaces/api/routes/index.ts';
import { ThreadDesk } from '../../../src/surfaces/api/thread-desk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function openThread() {
  const directory = join(temporaryFolder(), '.ai');
  const collector = openMetrics({ directory });
  const desk = new ThreadDesk({ directory, env: {}, cwd: '/', timeZone: 'UTC' });
  onTestFinished(async () => {
    await desk.close();
    await collector.close();
  });
  const questionAt = (path: string): Question => {
    const found = (QUESTIONS as readonly Question[]).find(({ route }) => route.path === path);
    if (found === undefined) throw new Error(`There is no ${path}.`);
    return found;
  };
  return { collector, ask: (path: string, asked: object) => desk.make(questionAt(path), asked) };
}

describe('the thread of answers', () => {
  it('answers from the same store, with what was recorded a moment ago', async () => {
    const { collector, ask } = openThread();
    collector.record('task.created', { task_id: 'task-1' });
    await collector.flush();
    const { tasks } = JSON.parse(await ask('/tasks', {})) as { tasks: { taskId: string }[] };
    expect(tasks.map(({ taskId }) => taskId)).toEqual(['task-1']);
    const answers = await Promise.all([ask('/budgets', {}), ask('/alerts', {}), ask('/clock', {})]);
    expect(answers.map((json) => Object.keys(JSON.parse(json) as object)[0])).toEqual([
      'budgets',
      'rules',
      'fromMicros',
    ]);
  });

  it('says what was wrong as the API does, and goes on', async () => {
    const { ask } = openThread();
    await expect(ask('/clock', { since: 'soon' })).rejects.toMatchObject({
      answer: { status: 400, body: { error: { code: 'BAD_QUESTION' } } },
    });
    expect(JSON.parse(await ask('/budgets', {}))).toEqual({ budgets: [] });
  });
});
