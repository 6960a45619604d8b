import type { MetricsCollector } from '../../metrics-collector.ts';
import type { Fields } from '../../metrics/define-metric.ts';

/** The fields of a metric by name: declared, or as they were stored. Empty for a name that neither knows. */
export async function fieldsOf(collector: MetricsCollector, metric: string): Promise<Fields> {
  const declared = collector.catalogue.get(metric);
  if (declared !== undefined) return declared.fields;
  return (await collector.storedMetrics()).find(({ name }) => name === metric)?.fields ?? {};
}
