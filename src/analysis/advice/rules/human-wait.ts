import { type AdviceRule, partOf } from '../advice.ts';

const SAVED = 0.6;

/** Tasks wait for a person: answer, and let fewer questions arise. */
export const humanWaitAdvice: AdviceRule = {
  kind: 'human_wait',
  actions: ['answer_human'],
  advise({ severity, impact: { secondsPerDay }, facts }) {
    const waiting = Number(facts['waiting_now'] ?? 0);
    return {
      action: 'answer_human',
      params: { waiting },
      priority: severity === 'critical' || waiting > 0 ? 'high' : 'medium',
      sentence:
        waiting > 0
          ? `Answer the ${waiting === 1 ? 'question that waits' : `${waiting} questions that wait`} now, and say in advance what nodes may decide alone.`
          : 'Have somebody answer sooner, and say in advance what nodes may decide alone.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: ['The questions need a person, or can be decided in advance.'],
      verification: { measure: 'human_wait_seconds', better: 'lower' },
    };
  },
};
