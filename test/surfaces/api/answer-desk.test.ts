import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from '@hono/zod-openapi';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { AnswerDesk } from '../../../src/surfaces/api/answer-desk.ts';
import { defineQuestion, type Weight } from '../../../src/surfaces/api/define-question.ts';
import type { Described } from '../../../src/surfaces/api/told.ts';
import { eventually } from '../../support/eventually.ts';
import { stillClock } from '../../support/recording.ts';
import { contextOf } from '../../support/running-api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A desk, and a question that counts how often it is asked and how many at once. */
function deskWith(weight: Weight, costMillis = 0) {
  const clock = stillClock();
  const directory = temporaryFolder();
  const collector = openMetrics({ directory, clock });
  onTestFinished(() => collector.close());
  const desk = new AnswerDesk(contextOf(directory, collector, clock));
  const seen = { asked: 0, running: 0, most: 0 };
  const question = defineQuestion(
    {
      path: '/counted',
      summary: 'x',
      doc: 'x',
      query: z.object({ n: z.number() }),
      answer: z.object({ asked: z.number() }),
      weight,
    },
    async (_context, { n }) => {
      seen.asked++;
      seen.most = Math.max(seen.most, ++seen.running);
      await new Promise((resolve) => setImmediate(resolve));
      clock.millis += costMillis;
      seen.running--;
      if (n < 0) throw new Error('no');
      return { asked: seen.asked };
    },
  );
  const ask = (n: number) => desk.answer(question, { n });
  return { desk, clock, seen, ask };
}

describe('the desk', () => {
  it('makes one answer for all who ask the same at once', async () => {
    const { ask, seen } = deskWith('light');
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(1)));
    expect(seen.asked).toBe(1);
    expect(new Set(answers.map(({ json }) => json))).toEqual(new Set(['{"asked":1}']));
    await Promise.all([ask(2), ask(3)]);
    expect(seen.asked).toBe(3);
  });

  it('never makes two heavy answers at once', async () => {
    const { ask, seen } = deskWith('heavy');
    await Promise.all([1, 2, 3, 4].map(ask));
    expect(seen).toMatchObject({ asked: 4, most: 1 });
  });

  it('keeps an answer for long where it cost much, and for a moment where it cost nothing', async () => {
    const cheap = deskWith('light');
    await cheap.ask(1);
    cheap.clock.millis += 400;
    await cheap.ask(1);
    expect(cheap.seen.asked).toBe(1);
    cheap.clock.millis += 200;
    await cheap.ask(1);
    expect(cheap.seen.asked).toBe(2);
    const dear = deskWith('heavy', 1_000);
    await dear.ask(1);
    dear.clock.millis += 6_000;
    await dear.ask(1);
    expect(dear.seen.asked).toBe(1);
    dear.clock.millis += 60_000;
    await dear.ask(1);
    expect(dear.seen.asked).toBe(2);
  });

  it('gives what is a little old at once where it is dear, and makes it anew meanwhile', async () => {
    const { ask, clock, seen } = deskWith('heavy', 1_000);
    expect((await ask(1)).json).toBe('{"asked":1}');
    clock.millis += 10_000;
    expect((await ask(1)).json).toBe('{"asked":1}');
    await eventually(async () => (await ask(1)).json === '{"asked":2}');
    expect(seen.asked).toBe(2);
  });

  it('forgets answers when something was changed, also those that were being made', async () => {
    const { ask, seen, desk } = deskWith('light');
    const before = ask(1);
    desk.forget();
    await Promise.all([before, ask(1)]);
    expect(seen.asked).toBe(2);
  });

  it('keeps no failure', async () => {
    const { ask, seen } = deskWith('light');
    await expect(ask(-1)).rejects.toThrow('no');
    await expect(ask(-1)).rejects.toThrow('no');
    expect(seen.asked).toBe(2);
  });

  it('keeps two hundred answers, the latest', async () => {
    const { ask, seen } = deskWith('light');
    for (let n = 0; n < 300; n++) await ask(n);
    await ask(299);
    expect(seen.asked).toBe(300);
    await ask(0);
    expect(seen.asked).toBe(301);
  });
});

describe('a schema', () => {
  it('is what its report tells, or its question is none', () => {
    type Report = { readonly a: number; readonly b: string | undefined; readonly c: readonly (number | undefined)[] };
    const right: Described<Report, { a: number; b?: string | undefined; c: (number | null)[] }, 'same'> = 'same';
    // @ts-expect-error A member is missing.
    const missing: Described<Report, { a: number; c: (number | null)[] }, 'same'> = 'same';
    // @ts-expect-error A member is too many.
    const more: Described<Report, { a: number; b?: string; c: (number | null)[]; d: 1 }, 'same'> = 'same';
    // @ts-expect-error Money must be told as text.
    const money: Described<{ cost: bigint }, { cost: string }, 'same'> = 'same';
    expect([right, missing, more, money]).toHaveLength(4);
  });
});
