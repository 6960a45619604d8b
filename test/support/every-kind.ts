import { defineMetric } from '../../src/metrics/define-metric.ts';
import { count, delta, flag, id, measure, name, names, oneOf, required } from '../../src/model/field.ts';

/** A metric with a field of each kind. */
export const EVERY_KIND = defineMetric({
  name: 'test.every_kind',
  category: 'custom',
  doc: 'Has a field of each kind.',
  fields: {
    an_id: id('An id.'),
    a_name: name('A name.'),
    a_word: oneOf(['red', 'green'], 'A word.'),
    a_flag: flag('A flag.'),
    a_count: count('A count.'),
    a_delta: delta('A delta.'),
    a_measure_ms: measure('ms', 'A measure.'),
    some_names: names('Names.'),
  },
});

/** A metric with a field that must be there. */
export const NEEDY = defineMetric({
  name: 'test.needy',
  category: 'custom',
  doc: 'Needs its id.',
  fields: { task_id: required(id('The task.')), a_count: count('A count.') },
});
