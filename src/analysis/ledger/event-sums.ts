import type { EventData } from '../../model/event.ts';
import { NANOS_PER_USD } from '../../pricing/index.ts';
import type { Figures } from './figures.ts';
import { usageFigures } from './usage-line.ts';

const TOKEN_FIELDS = [
  'requests',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'reasoning_tokens',
] as const;

/**
 * Figures of some events while they are added up, in floats of whole steps: exact up to nine million dollars for each
 * line, and many times faster than big integers. Either all events have a reported cost or none, and so for computed.
 */
export class EventSums {
  readonly #counts: number[] = TOKEN_FIELDS.map(() => 0);
  #events = 0;
  #reported = { events: 0, nanos: 0 };
  #computed = { events: 0, nanos: 0 };

  add(data: EventData): void {
    this.#events += 1;
    for (let i = 0; i < TOKEN_FIELDS.length; i++) {
      const value = data[TOKEN_FIELDS[i] ?? ''];
      if (typeof value === 'number') this.#counts[i] = (this.#counts[i] ?? 0) + value;
    }
    addCost(this.#reported, data['reported_cost_usd']);
    addCost(this.#computed, data['estimated_cost_usd']);
  }

  figures(onPlan: boolean): Figures {
    const counts = new Map<string, number>(TOKEN_FIELDS.map((field, i) => [field, this.#counts[i] ?? 0]));
    const cost = ({ events, nanos }: { events: number; nanos: number }) => ({ events, nanos: BigInt(nanos) });
    const count = (field: string): number => counts.get(field) ?? 0;
    return usageFigures(this.#events, count, cost(this.#reported), cost(this.#computed), onPlan);
  }
}

function addCost(sum: { events: number; nanos: number }, usd: unknown): void {
  if (typeof usd !== 'number') return;
  sum.events += 1;
  sum.nanos += Math.round(usd * NANOS_PER_USD);
}
