import { count, measure } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const stateRead = defineMetric({
  name: 'state.read',
  category: 'state',
  doc: 'The shared state file was read.',
  fields: {
    duration_ms: measure('ms', 'The whole read, waiting for the lock included.'),
    file_size_bytes: count('Size of the state file.'),
    lock_wait_ms: measure('ms', 'The part of it spent waiting for the lock. Absent when it could not be seen.'),
  },
});
