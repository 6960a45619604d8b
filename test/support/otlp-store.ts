import { join } from 'node:path';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { OtlpTranslator } from '../../src/sources/otlp/otlp-translator.ts';
import type { SourceNotice } from '../../src/sources/source.ts';
import { ManualTime } from './manual-time.ts';
import type { UsageTotals } from './client-samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A real store with a translator before it. */
export type OtlpStore = {
  readonly directory: string;
  readonly collector: MetricsCollector;
  readonly translator: OtlpTranslator;
  readonly notices: SourceNotice[];
  /** As after a restart: a new translator on the same folder. */
  reopened(): OtlpTranslator;
};

export function openOtlpStore(): OtlpStore {
  const directory = join(temporaryFolder(), '.ai');
  const collector = openMetrics({ directory });
  const time = new ManualTime();
  const notices: SourceNotice[] = [];
  const reopened = (): OtlpTranslator =>
    new OtlpTranslator(directory, {
      clock: time,
      timers: time,
      emit: (event) => void collector.emit(event),
      notice: (notice) => void notices.push(notice),
    });
  return { directory, collector, translator: reopened(), notices, reopened };
}

const FIELDS = [
  'requests',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'reasoning_tokens',
  'reported_cost_usd',
];

/** Sums of everything stored, by client and feed; what is absent everywhere is left out. */
export async function usageTotals(collector: MetricsCollector): Promise<Record<string, UsageTotals>> {
  const { rows } = await collector.aggregate({
    metric: 'tokens.consumed',
    aggregations: FIELDS.map((field) => `sum(${field})`),
    groupBy: ['client', 'feed'],
  });
  return Object.fromEntries(
    rows.map(({ group, values }) => [
      `${String(group?.['client'])} ${String(group?.['feed'])}`,
      Object.fromEntries(
        FIELDS.map((field) => [field, values[`sum(${field})`]] as const).filter(([, value]) => value !== undefined),
      ) as UsageTotals,
    ]),
  );
}
