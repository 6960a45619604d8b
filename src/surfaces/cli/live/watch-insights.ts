import type { FoundNow } from '../../../analysis/alerts/alert-evaluator.ts';
import { foundNow } from '../../../analysis/alerts/found-now.ts';
import { readDecisionBook } from '../../../analysis/insights/decision-book.ts';
import { findingChanges } from '../../../analysis/insights/finding-changes.ts';
import { type InsightOptions, openInsights } from '../../../analysis/insights/insights.ts';
import type { MetricsCollector } from '../../../metrics-collector.ts';

/**
 * Looks at the cluster once and remembers which findings came, changed and went, so that later looks know since when.
 *
 * @returns What changed, for people to be told, and all that is found, for rules to go by.
 */
export async function watchInsights(
  collector: MetricsCollector,
  options: InsightOptions,
): Promise<{
  readonly changes: readonly { readonly kind: string; readonly change: string }[];
  readonly found: readonly FoundNow[];
}> {
  const insights = await openInsights(collector, options);
  const changes = findingChanges(insights, await readDecisionBook(collector, options.nowMicros));
  for (const data of changes) {
    // Concluded by us from other events: the collector's own telling of its own judgement.
    collector.emit({
      metric: 'finding.changed',
      atMicros: options.nowMicros,
      data,
      source: 'library',
      inferred: true,
      identity: JSON.stringify(['finding.changed', data['finding_id'], data['change'], options.nowMicros]),
    });
  }
  return {
    changes: changes.map(({ kind, change }) => ({ kind: String(kind), change: String(change) })),
    found: foundNow(insights),
  };
}
