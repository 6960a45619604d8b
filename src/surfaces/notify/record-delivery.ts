import type { MetricsCollector } from '../../metrics-collector.ts';
import type { Settled } from './delivery-queue.ts';

/** Remembers what became of a message, so that it is not sent again and failures can be seen. */
export function recordDelivery(collector: MetricsCollector, settled: Settled, atMicros: number): void {
  const { channel, message, outcome, attempts, reason } = settled;
  collector.emit({
    metric: 'alert.delivered',
    atMicros,
    data: {
      rule: message.rule.name,
      group: message.group,
      channel,
      delivery_id: message.id,
      outcome,
      attempts,
      reason,
    },
    source: 'library',
    inferred: false,
  });
}
