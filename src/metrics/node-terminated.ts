import { measure, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const TERMINATION_REASONS = [
  'graceful',
  'idle_timeout',
  'heartbeat_timeout',
  'process_exit',
  'removed',
  'unknown',
] as const;

export const nodeTerminated = defineMetric({
  name: 'node.terminated',
  category: 'node',
  doc: 'A node left the cluster. `heartbeat_timeout` is a suspicion: a node that is busy for long may come back.',
  fields: {
    reason: oneOf(TERMINATION_REASONS, 'Why it left, as far as can be told.'),
    uptime_seconds: measure('seconds', 'From its registration, or from when it was first seen, to its end.'),
  },
});
