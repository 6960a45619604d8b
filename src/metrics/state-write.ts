import { count, measure } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const stateWrite = defineMetric({
  name: 'state.write',
  category: 'state',
  doc: 'The shared state file was replaced. From watching alone: one for each replacement seen, without a duration.',
  fields: {
    duration_ms: measure('ms', 'The whole write, waiting for the lock included. Absent when it could not be seen.'),
    file_size_bytes: count('Size of the state file afterwards.'),
    lock_wait_ms: measure('ms', 'The part of it spent waiting for the lock. Absent when it could not be seen.'),
  },
});
