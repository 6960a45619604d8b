import { count, flag, id, measure, name, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';
import { USAGE_FEEDS } from './tokens-consumed.ts';

/**
 * Prices change and lists are corrected, and what was computed then stays as it was: a new computation is an event of
 * its own beside the usage it is about, of the same moment and with the same names, so that both are summed alike.
 */
export const costRepriced = defineMetric({
  name: 'cost.repriced',
  category: 'tokens',
  doc: 'Somebody accepted a new computation of what a `tokens.consumed` event cost. The latest one counts.',
  fields: {
    usage_id: required(id('The event it is about, by its id.')),
    task_id: id('As in that event.'),
    model: name('As in that event.'),
    client: name('As in that event.'),
    session_id: id('As in that event.'),
    agent_id: id('As in that event.'),
    feed: oneOf(USAGE_FEEDS, 'As in that event.'),
    reported: flag('Whether the client told a cost of its own, which then counts before both.'),
    reported_cost_usd: measure('usd', 'As in that event.'),
    tokens: count('All tokens of that event, input and output.'),
    previous_cost_usd: measure('usd', 'The computed cost that counted until now. Absent when there was none.'),
    previous_version: name('The price book of that. Absent when there was none.'),
    previous_priced_model: name('The entry of that price book, where its name differs from the model.'),
    estimated_cost_usd: measure(
      'usd',
      'The computed cost that counts from now on. Absent when there is no price any more.',
    ),
    priced_model: name('The entry of the price book, where its name differs from the model.'),
    price_version: name('The price book it was computed from. Absent when it has no price.'),
  },
});
