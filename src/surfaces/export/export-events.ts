import type { MetricsCollector } from '../../metrics-collector.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { FilterBook, Moment } from '../../query/question.ts';
import type { EventBatches, ExportedMetric } from './format.ts';

/** Which events to export. */
export type ExportQuestion = {
  /** All that the store knows, when absent. */
  readonly metrics?: readonly string[] | undefined;
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
  readonly timeZone?: string | undefined;
  readonly filters?: FilterBook | undefined;
};

/** Events on their way out, metric after metric; read as they are asked for, so that memory does not grow. */
export type ExportSource = {
  readonly metrics: readonly ExportedMetric[];
  /** How many there are, as counted just before; recording goes on meanwhile. */
  readonly expected: number;
  readonly batches: EventBatches;
};

type Reader = Pick<MetricsCollector, 'storedMetrics' | 'catalogue' | 'events' | 'aggregate'>;

/**
 * Look up what is to be exported.
 *
 * @throws QueryError `UNKNOWN_METRIC`, `BAD_QUESTION` from the first look, before anything is written.
 */
export async function exportSource(collector: Reader, question: ExportQuestion): Promise<ExportSource> {
  const { metrics: wanted, ...rest } = question;
  const span = withoutAbsent(rest);
  const stored = await collector.storedMetrics();
  const names = wanted ?? stored.map(({ name }) => name);
  const counts = await Promise.all(names.map((metric) => countOf(collector, metric, span)));
  const metrics = names.map((name) => stored.find((metric) => metric.name === name) ?? collector.catalogue.get(name));
  const used = metrics.filter((metric, i): metric is ExportedMetric => metric !== undefined && (counts[i] ?? 0) > 0);
  return {
    // A named metric keeps its columns even when it has no event; of all metrics, those without one give none.
    metrics: wanted === undefined ? used : metrics.filter((metric) => metric !== undefined),
    expected: counts.reduce((sum, each) => sum + each, 0),
    batches: eventsOf(collector, used, span),
  };
}

type AskedSpan = { since?: Moment; until?: Moment; timeZone?: string; filters?: FilterBook };

async function countOf(collector: Reader, metric: string, span: AskedSpan): Promise<number> {
  const { rows } = await collector.aggregate({ metric, ...span, aggregations: ['count'] });
  const count = rows[0]?.values['count'];
  return typeof count === 'number' ? count : 0;
}

async function* eventsOf(
  collector: Reader,
  metrics: readonly ExportedMetric[],
  span: AskedSpan,
): AsyncGenerator<readonly StoredEvent[]> {
  for (const { name } of metrics) yield* collector.events({ metric: name, ...span });
}

/** Absent and `undefined` are not the same to a question. */
function withoutAbsent(question: Omit<ExportQuestion, 'metrics'>): AskedSpan {
  return Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
}

/** Batches as they pass, each reported with how many events went before it. */
export async function* watched(batches: EventBatches, onEvents: (soFar: number) => void): EventBatches {
  let soFar = 0;
  for await (const batch of batches) {
    yield batch;
    soFar += batch.length;
    onEvents(soFar);
  }
}
