import { name } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const nodeRegistered = defineMetric({
  name: 'node.registered',
  category: 'node',
  doc: 'A node joined the cluster, or came back after it had been terminated.',
  fields: {
    role: name('What the node is there for: `bootstrap_manager`, `architect`, `developer`, or a word of its own.'),
    model: name('The language model it runs on, as it named itself.'),
  },
});
