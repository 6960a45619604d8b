import type { IncomingEvent } from '../model/event.ts';
import { estimateCost, type Prices } from './estimate-cost.ts';

const METRIC = 'tokens.consumed';

/**
 * The event with what it cost by the book. For whoever emits usage; every other event, and one whose price is not
 * known, passes as it is. Never throws. What the client itself reported is left alone: the two are kept apart.
 */
export function priced(event: IncomingEvent, book: Prices): IncomingEvent {
  const { model, estimated_cost_usd: known } = event.data;
  if (event.metric !== METRIC || typeof model !== 'string' || known !== undefined) return event;
  // Fields of the wrong type are refused by the intake; here they only make the usage unpriceable.
  const estimate = estimateCost(event.data, model, event.atMicros, book);
  if (estimate === undefined) return event;
  const { costUsd, pricedModel, priceVersion } = estimate;
  return {
    ...event,
    data: {
      ...event.data,
      estimated_cost_usd: costUsd,
      price_version: priceVersion,
      ...(pricedModel === model ? {} : { priced_model: pricedModel }),
    },
  };
}
