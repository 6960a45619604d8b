import { count, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const messageSent = defineMetric({
  name: 'message.sent',
  category: 'messages',
  doc: 'A node sent a message to the others. Counted and measured, never read.',
  fields: {
    kind: oneOf(['broadcast', 'direct', 'unknown'], 'To whom.'),
    size_bytes: count('Size of its body.'),
  },
});
