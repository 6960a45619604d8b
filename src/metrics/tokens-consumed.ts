import { count, id, measure, name, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

/** Through which of a client's outlets a figure came. Of one session only the best of them counts: see analysis/ledger. */
export const USAGE_FEEDS = ['events', 'spans', 'metrics', 'transcript', 'database', 'library'] as const;
export const REQUEST_SPEEDS = ['standard', 'fast', 'batch'] as const;

/**
 * Clients disagree on what "input" includes (OpenAI and Gemini count cached tokens in, Anthropic does not), so one
 * normal form is kept: input, output, cached and the two cache writes are disjoint and add up to all tokens of the
 * request; reasoning is a part of output.
 */
export const tokensConsumed = defineMetric({
  name: 'tokens.consumed',
  category: 'tokens',
  doc: 'One request to a language model was answered; or, from the feed `metrics`, what a client summed since its last push.',
  fields: {
    task_id: id('The task it was for, where known.'),
    model: name('The model that answered, as the client names it.'),
    client: name('The program that asked: `claude-code`, `codex`, `gemini-cli` …'),
    session_id: id("The client's session, or thread."),
    agent_id: id('The sub-agent that asked, where it was one.'),
    feed: oneOf(USAGE_FEEDS, "Which of the client's outlets told it."),
    input_tokens: count('Input that was neither read from nor written to a cache.'),
    output_tokens: count('Output, reasoning included.'),
    cached_tokens: count('Input read from a cache.'),
    cache_write_5m_tokens: count('Input written to a cache that lives five minutes, or whose lifetime is not told.'),
    cache_write_1h_tokens: count('Input written to a cache that lives one hour.'),
    reasoning_tokens: count('The part of the output that was reasoning.'),
    requests: count('Requests it stands for. Absent in the feed `metrics`, which does not tell.'),
    speed: oneOf(REQUEST_SPEEDS, 'Price class of the request. Absent when not told.'),
    duration_ms: measure('ms', 'From the request to the end of the answer.'),
    reported_cost_usd: measure('usd', "The client's own figure. Absent when it tells none."),
    estimated_cost_usd: measure(
      'usd',
      'What it cost by the price book. Absent when the price is not known: never 0 for that.',
    ),
    priced_model: name('The entry of the price book that was taken, where its name differs from the model.'),
    price_version: name('Which price book made the estimate.'),
  },
});
