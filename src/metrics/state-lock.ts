import { flag, measure, name, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const stateLock = defineMetric({
  name: 'state.lock',
  category: 'state',
  doc: 'A node held the lock of the state file. `node_id` is the holder.',
  fields: {
    operation: oneOf(['read', 'write', 'unknown'], 'What it was held for.'),
    wait_ms: measure('ms', 'How long the holder waited for it.'),
    hold_ms: measure('ms', 'How long it was held.'),
    waited_for_node_id: name('Who held it while this node waited, where that is known.'),
    stale: flag('True when a lock older than the limit was removed by force to get it.'),
  },
});
