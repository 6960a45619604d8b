import type { MetricsCollector } from '../metrics-collector.ts';
import { problemText } from './problem-text.ts';

/** `off` in this environment variable runs the bus without instruments, as an unmodified Amicus runs. */
export const METRICS_VARIABLE = 'AMICUS_BUS_METRICS';

/**
 * The collector of a context folder, or undefined where it is switched off or cannot be had. Loaded late and behind a
 * catch: agents must get their bus even when its instruments are broken.
 */
export async function openRecorder(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<MetricsCollector | undefined> {
  if (environment[METRICS_VARIABLE] === 'off') return undefined;
  try {
    const { openMetrics } = await import('../metrics-collector.ts');
    return openMetrics({ directory });
  } catch (error) {
    process.stderr.write(`The bus runs without metrics: ${problemText(error)}\n`);
    return undefined;
  }
}
