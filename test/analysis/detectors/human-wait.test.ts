import { describe, expect, it } from 'vitest';

import { humanWaitAdvice } from '../../../src/analysis/advice/rules/human-wait.ts';
import { humanWait } from '../../../src/analysis/detectors/human-wait.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';
import { MINUTES_PER_DAY, taskEvents, usualNodes } from '../../support/flow-events.ts';

/** A task during which its node asked a person; without an answer where `answered` is absent. */
function asking(created: number, minutes: number, answered = true): IncomingEvent[] {
  const id = `task-${created}`;
  const asked = created - 5;
  const status = (at: number, word: string) => minutesBefore(at, 'task.status', { task_id: id, status: word });
  const task = { id, created, claimed: created - 1 };
  if (!answered) return [...taskEvents(task), status(asked, 'human_wait')];
  return [
    ...taskEvents({ ...task, completed: asked - minutes - 5 }),
    status(asked, 'human_wait'),
    status(asked - minutes, 'in_progress'),
  ];
}
const eachDay = (minutes: number): IncomingEvent[] =>
  Array.from({ length: 14 }, (_, day) => asking((day + 1) * MINUTES_PER_DAY + 600, minutes)).flat();

describe('waiting for a person', () => {
  it('is found when tasks wait far longer than on usual days', async () => {
    const waits = [200, 500, 800, 1_100].flatMap((created) => asking(created, 60));
    const { findings } = await detect(humanWait, [...usualNodes(), ...eachDay(10), ...waits]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ observed: { value: 3_600, samples: 4 }, facts: { waits: 4, waiting_now: 0 } });
    expect(findings[0]?.impact.secondsPerDay?.value).toBeCloseTo(4 * 3_600);
    expect(findings[0] === undefined ? undefined : humanWaitAdvice.advise(findings[0])?.action).toBe('answer_human');
  });

  it('stays found as long as it lasts, also on its sixth day', async () => {
    const longer = Array.from({ length: 6 }, (_, day) => asking(day * MINUTES_PER_DAY + 800, 150));
    const usual = Array.from({ length: 16 }, (_, day) => asking((day + 6) * MINUTES_PER_DAY + 600, 20));
    expect((await detect(humanWait, [...usualNodes(), ...usual.flat(), ...longer.flat()])).findings).toHaveLength(1);
  });

  it('is not found where a day is like the others, or the wait is short', async () => {
    const usual = [...usualNodes(), ...eachDay(120)];
    expect((await detect(humanWait, [...usual, ...asking(600, 120)])).state).toBe('clear');
    expect((await detect(humanWait, [...usualNodes(), ...asking(600, 20)])).state).toBe('clear');
  });

  it('is found where it was always so, when it takes many hours a day', async () => {
    const { findings } = await detect(humanWait, [...usualNodes(), ...eachDay(500), ...asking(700, 500)]);
    expect(findings).toHaveLength(1);
  });

  it('is found for a question that nobody has answered for hours', async () => {
    const { findings } = await detect(humanWait, [...usualNodes(), ...eachDay(120), ...asking(150, 0, false)]);
    expect(findings[0]).toMatchObject({
      facts: { waiting_now: 1 },
      summary: expect.stringContaining('One still waits.'),
    });
    expect(findings[0] === undefined ? undefined : humanWaitAdvice.advise(findings[0])).toMatchObject({
      priority: 'high',
      params: { waiting: 1 },
    });
  });

  it('is no question where there were no tasks', async () => {
    expect((await detect(humanWait, [])).state).toBe('no_data');
  });
});
