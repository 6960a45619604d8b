import { expect, describe, it } from 'vitest';

import { ADVICE_RULES } from '../../../src/analysis/advice/rules/index.ts';
import { openGatherer, runDetectors } from '../../../src/analysis/detectors/gatherer.ts';
import { DETECTORS } from '../../../src/analysis/detectors/index.ts';
import { strangeParameters } from '../../../src/analysis/detectors/strange-parameters.ts';
import { MICROS_PER_DAY } from '../../../src/model/range.ts';
import { openUsage, USAGE_NOW_MICROS } from '../../support/recorded-usage.ts';

const WINDOW = {
  baselineFromMicros: USAGE_NOW_MICROS - 29 * MICROS_PER_DAY,
  fromMicros: USAGE_NOW_MICROS - MICROS_PER_DAY,
  toMicros: USAGE_NOW_MICROS,
  nowMicros: USAGE_NOW_MICROS,
  timeZone: 'UTC',
};

describe('a gatherer', () => {
  it('reads what several detectors ask for once', async () => {
    const { metrics } = openUsage();
    const asked: string[] = [];
    const ask = openGatherer(
      {
        query: (question) => metrics.query(question),
        series: (question) => metrics.series(question),
        events: (question) => {
          // Claims are read from all time, for whatever span usage is joined.
          if (question.since === undefined) asked.push(JSON.stringify(question));
          return metrics.events(question);
        },
        aggregate: (question) => {
          asked.push(JSON.stringify(question));
          return metrics.aggregate(question);
        },
      },
      USAGE_NOW_MICROS,
    );
    await runDetectors(ask, WINDOW);
    const afterFirst = asked.length;
    await runDetectors(ask, WINDOW);
    expect(asked).toHaveLength(afterFirst);
    expect(new Set(asked).size).toBe(afterFirst);
    const { fromMicros, toMicros } = WINDOW;
    expect(await ask.clock(fromMicros, toMicros)).toBe(await ask.clock(fromMicros, toMicros));
    expect(await ask.ledger(fromMicros, toMicros)).toBe(await ask.ledger(fromMicros, toMicros));
  });

  it('lets every detector answer with a sentence where nothing was ever recorded', async () => {
    const { metrics } = openUsage();
    const verdicts = await runDetectors(openGatherer(metrics, USAGE_NOW_MICROS), WINDOW);
    expect(verdicts.map(({ kind }) => kind)).toEqual(DETECTORS.map(({ kind }) => kind));
    for (const { verdict } of verdicts) {
      expect(verdict).toMatchObject({ findings: [], reason: expect.stringMatching(/^[A-Z0-9].*\.$/) });
      expect(['no_data', 'learning']).toContain(verdict.state);
    }
  });
});

describe('detectors', () => {
  it('have names of their own, parameters that say what they are, and a rule for what to do', () => {
    const kinds = DETECTORS.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(ADVICE_RULES.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
    for (const { kind, title, doc, parameters } of DETECTORS) {
      expect(kind).toMatch(/^[a-z][a-z_]*$/);
      expect([title, doc]).toEqual([expect.stringMatching(/^[A-Z]/), expect.stringMatching(/^[A-Z].*\.$/)]);
      for (const [name, parameter] of Object.entries(parameters)) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(parameter.doc).toMatch(/^[A-Z].*\.$/);
        expect(parameter.value).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

describe('parameters from the configuration', () => {
  it('are told to be strange where no detector has them, with what was probably meant', () => {
    const problems = strangeParameters(
      { backlog: { target_minutes: 45, target_minute: 4 }, slow_task: { min_tasks: 3 } },
      'amicus-metrics.toml',
    );
    expect(problems.map(({ message, hint }) => `${message} ${hint?.split('? ')[0]}`)).toEqual([
      'The detector "backlog" has no parameter "target_minute" (amicus-metrics.toml). Did you mean "target_minutes"',
      'There is no detector "slow_task" (amicus-metrics.toml). Did you mean "slow_tasks"',
    ]);
  });
});
