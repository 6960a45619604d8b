import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  acknowledge,
  advance,
  type AlertChange,
  type AlertMemory,
  type Contrary,
  remember,
  resolve,
  restoredContrary,
  UNKNOWN_GROUP,
} from '../../../src/analysis/alerts/advance.ts';
import type { AlertPolicy, Measured, Rank } from '../../../src/analysis/alerts/alert-rule.ts';

type Policy = Pick<AlertPolicy, 'forMicros' | 'cooldownMicros' | 'noData'>;
const policyOf = (given: Partial<Policy> = {}): Policy => ({ forMicros: 0, cooldownMicros: 0, noData: 'ok', ...given });
const rank = (value: Rank): Measured => ({ kind: 'value', rank: value, value });
const NONE: Measured = { kind: 'none' };

/** Runs a policy over measurements, one a minute (a "minute" is one microsecond here). */
function run(policy: Policy, measured: readonly Measured[], start: AlertMemory = UNKNOWN_GROUP) {
  let memory = start;
  let contrary: Contrary = {};
  const changes: AlertChange[] = [];
  const states: string[] = [];
  for (const [minute, one] of measured.entries()) {
    const after = advance(policy, { memory, contrary }, one, minute + 1);
    ({ memory, contrary } = after);
    if (after.change !== undefined) changes.push(after.change);
    states.push(memory.state);
  }
  return { memory, changes, states, told: changes.filter(({ notified }) => notified) };
}

const anyMeasured = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Rank>(0, 1, 2).map(rank) },
  { weight: 2, arbitrary: fc.constant(NONE) },
  { weight: 1, arbitrary: fc.constant<Measured>({ kind: 'gone' }) },
);
const anyPolicy = fc.record({
  forMicros: fc.integer({ min: 0, max: 6 }),
  cooldownMicros: fc.integer({ min: 0, max: 30 }),
  noData: fc.constantFrom('ok' as const, 'alert' as const, 'keep' as const),
});

describe('advancing a rule', () => {
  it('fires at once without `for`, becomes graver and better, and ends', () => {
    const { states } = run(
      policyOf(),
      [0, 1, 2, 1, 0].map((one) => rank(one as Rank)),
    );
    expect(states).toEqual(['ok', 'warn', 'critical', 'warn', 'ok']);
  });

  it('is pending until the condition has held for as long as it must, and starts anew when it is interrupted', () => {
    const { states } = run(
      policyOf({ forMicros: 2 }),
      [1, 1, 0, 1, 1, 1].map((one) => rank(one as Rank)),
    );
    expect(states).toEqual(['pending', 'pending', 'ok', 'pending', 'pending', 'warn']);
  });

  it('ends only when the condition was not met for as long', () => {
    const { states } = run(
      policyOf({ forMicros: 2 }),
      [1, 1, 1, 0, 1, 0, 0, 0].map((one) => rank(one as Rank)),
    );
    expect(states.slice(2)).toEqual(['warn', 'warn', 'warn', 'warn', 'warn', 'ok']);
  });

  it('is a warning all the while when it swings between warn and critical', () => {
    const { states } = run(
      policyOf({ forMicros: 2 }),
      [1, 2, 1, 2, 1, 2].map((one) => rank(one as Rank)),
    );
    expect(states).toEqual(['pending', 'pending', 'warn', 'warn', 'warn', 'warn']);
  });

  it('says what having nothing to measure means', () => {
    const measured = [rank(2), NONE, NONE, rank(0)];
    expect(run(policyOf({ noData: 'ok' }), measured).states).toEqual(['critical', 'ok', 'ok', 'ok']);
    expect(run(policyOf({ noData: 'keep' }), measured).states).toEqual(['critical', 'critical', 'critical', 'ok']);
    expect(run(policyOf({ noData: 'alert' }), measured).states).toEqual(['critical', 'no_data', 'no_data', 'ok']);
  });

  it('tells a level that stands when the cooldown is over, though it was silent until then', () => {
    const { told } = run(
      policyOf({ cooldownMicros: 5 }),
      [1, 0, 1, 1, 1, 1, 1].map((one) => rank(one as Rank)),
    );
    expect(told.map(({ atMicros, announced }) => [atMicros, announced])).toEqual([
      [1, 'warn'],
      [2, 'ok'],
      [6, 'warn'],
    ]);
  });

  it('never tells one level twice within the cooldown', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyMeasured, { maxLength: 80 }), (policy, measured) => {
        const { told } = run(policy, measured);
        for (const level of ['warn', 'critical', 'no_data']) {
          const times = told.filter(({ announced }) => announced === level).map(({ atMicros }) => atMicros);
          for (const [i, at] of times.slice(1).entries()) {
            expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(policy.cooldownMicros);
          }
        }
      }),
    );
  });

  it('tells an end only to those who were told of a beginning, and each only once', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyMeasured, { maxLength: 80 }), (policy, measured) => {
        const levels = run(policy, measured).told.map(({ announced }) => announced);
        expect(levels[0]).not.toBe('ok');
        for (const [i, level] of levels.slice(1).entries()) expect(level).not.toBe(levels[i]);
      }),
    );
  });

  it('stays silent once acknowledged, until it is graver or over', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.array(fc.constantFrom<Rank>(0, 1, 2).map(rank), { maxLength: 60 }),
        (policy, measured) => {
          const warned = run(policyOf(), [rank(1)]).memory;
          const change = acknowledge(warned, 1);
          expect(change).toMatchObject({ acknowledged: 'warn', notified: false });
          if (change === undefined) return;
          const { told } = run(policy, measured, remember(warned, change));
          expect(told[0]?.announced ?? 'ok').not.toBe('warn');
        },
      ),
    );
  });

  it('can be ended by hand, and then tells the end, or goes on in silence when it is still met', () => {
    const warned = run(policyOf(), [rank(1)]).memory;
    const change = resolve(warned, 1);
    if (change === undefined) throw new Error('nothing to resolve');
    const resolved = remember(warned, change);
    expect(run(policyOf(), [rank(0)], resolved).told).toMatchObject([{ announced: 'ok' }]);
    expect(run(policyOf(), [rank(1)], resolved)).toMatchObject({ told: [], states: ['warn'] });
    expect([acknowledge(UNKNOWN_GROUP, 1), resolve(UNKNOWN_GROUP, 1)]).toEqual([undefined, undefined]);
  });

  it('goes on from memory: what was pending fires when its time is over, unless nobody looked for long', () => {
    const policy = policyOf({ forMicros: 5 });
    const { memory } = run(policy, [rank(1), rank(1)]);
    const at = (atMicros: number) =>
      advance(policy, { memory, contrary: restoredContrary(memory, 5, 1, atMicros) }, rank(1), atMicros).memory.state;
    expect(at(6)).toBe('warn');
    expect(at(60)).toBe('pending');
  });
});
