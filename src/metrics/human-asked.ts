import { flag, measure } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const humanAsked = defineMetric({
  name: 'human.asked',
  category: 'cluster',
  doc: 'The cluster asked for a person (`waiting`), or stopped asking. `node_id` is who did, where one alone can have.',
  fields: {
    waiting: flag('True when a person is asked, false when that ended.'),
    waited_seconds: measure(
      'seconds',
      'How long a person was asked for, when it ended. Absent when the beginning was not seen.',
    ),
  },
});
