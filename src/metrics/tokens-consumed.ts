import { count, id, measure, name } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

/**
 * Clients disagree on what "input" includes (OpenAI and Gemini count cached tokens in, Anthropic does not), so one
 * normal form is kept: the five counts are disjoint and add up to all tokens of the request, except that reasoning
 * is a part of output.
 */
export const tokensConsumed = defineMetric({
  name: 'tokens.consumed',
  category: 'tokens',
  doc: 'One request to a language model was answered.',
  fields: {
    task_id: id('The task it was for, where known.'),
    model: name('The model that answered.'),
    input_tokens: count('Input that was neither read from nor written to a cache.'),
    output_tokens: count('Output, reasoning included.'),
    cached_tokens: count('Input read from a cache.'),
    cache_write_5m_tokens: count('Input written to a cache that lives five minutes.'),
    cache_write_1h_tokens: count('Input written to a cache that lives one hour.'),
    reasoning_tokens: count('The part of the output that was reasoning.'),
    estimated_cost_usd: measure(
      'usd',
      'What it cost, estimated. Absent when the price is not known: never 0 for that.',
    ),
  },
});
