import type { AdviceRule } from '../advice.ts';
import { partOf } from '../advice.ts';

/** Half of what is lost: reviewed work fails again now and then. */
const SAVED = 0.5;

/** Tasks that end with failing tests: look at what changed before more is built on it. */
export const failingTestsAdvice: AdviceRule = {
  kind: 'failing_tests',
  actions: ['code_review'],
  advise({ severity, impact: { secondsPerDay }, facts }) {
    return {
      action: 'code_review',
      params: { scope: 'recent_changes', failing_runs: Number(facts['failing_runs'] ?? 0) },
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence: 'Have the changes of the last day reviewed, tasks whose tests failed first.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: [
        'The tests fail because of the changes, not because of the machine they run on.',
        'Nodes stop at failing tests once they are told to.',
      ],
      verification: { measure: 'failed_test_share', better: 'lower' },
    };
  },
};
