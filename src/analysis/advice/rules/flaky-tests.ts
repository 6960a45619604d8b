import { type AdviceRule, partOf } from '../advice.ts';

/** Runs repeated because of a flaky result are repeated for that reason alone. */
const SAVED = 0.8;

/** A suite that cannot be trusted: mend it or set it aside, since nodes chase its failures. */
export const flakyTestsAdvice: AdviceRule = {
  kind: 'flaky_tests',
  actions: ['fix_flaky_tests'],
  advise({ subject, impact: { secondsPerDay }, facts }) {
    return {
      action: 'fix_flaky_tests',
      params: {
        ...(subject.kind === 'suite' && subject.id !== undefined ? { suite: subject.id } : {}),
        flips: Number(facts['flips'] ?? 0),
      },
      priority: 'medium',
      sentence:
        'Find the tests whose result changes without a change of code; mend them, or run them apart until they are.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: ['The code did not change between the runs whose results differ.'],
      verification: { measure: 'failed_test_share', better: 'lower' },
    };
  },
};
