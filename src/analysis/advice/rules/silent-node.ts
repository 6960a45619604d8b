import { type AdviceRule, partOf } from '../advice.ts';

const SAVED = 0.7;

/** A node without a sign of life: start it anew, or find out why it falls silent. */
export const silentNodeAdvice: AdviceRule = {
  kind: 'silent_node',
  actions: ['restart_node'],
  advise({ subject, severity, impact: { secondsPerDay }, facts }) {
    if (subject.id === undefined) return undefined;
    const isSilent = facts['silent_now'] === 1;
    return {
      action: 'restart_node',
      params: { node_id: subject.id },
      priority: severity === 'critical' || isSilent ? 'high' : 'medium',
      sentence: isSilent
        ? 'Start this node anew; if it is at work, let it send heartbeats.'
        : 'Find out why this node falls silent, and have it send heartbeats while it works; start it anew when it does so again.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: ['It is not at work behind its silence.'],
      verification: { measure: 'abandoned_seconds', better: 'lower', nodeId: subject.id },
    };
  },
};
