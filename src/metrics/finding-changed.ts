import { id, name, oneOf, required } from '../model/field.ts';
import { SEVERITIES } from './advice-decided.ts';
import { defineMetric } from './define-metric.ts';

export const FINDING_CHANGES = ['opened', 'worse', 'better', 'closed'] as const;

export const findingChanged = defineMetric({
  name: 'finding.changed',
  category: 'insights',
  doc: 'Something was found, became worse or better, or was not found any more. Told while `up` runs. `node_id` is the node it is about, where it is about one.',
  fields: {
    finding_id: required(id('Which finding: the detector and what it is about.')),
    kind: required(name('The detector.')),
    change: required(oneOf(FINDING_CHANGES, 'What became of it.')),
    severity: oneOf(SEVERITIES, 'How bad it is from now on. Absent when it is closed.'),
    action: name('What is advised. Absent where nothing is.'),
  },
});
