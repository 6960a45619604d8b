import { createHash } from 'node:crypto';

import { parseHeaderList } from '../../../config/index.ts';
import type { MetricsCollector } from '../../../metrics-collector.ts';
import { SYSTEM_TIMERS } from '../../../sources/source.ts';
import type { OtlpPush } from '../../otlp-out/otlp-push.ts';
import type { CommandContext } from '../context.ts';
import { configOfRun } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';
import type { Tone } from '../terminal/style.ts';

const METRICS_PATH = '/v1/metrics';

/** The address that figures are posted to: the path of the protocol is added where it is not there. */
export function metricsUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith(METRICS_PATH)) url.pathname = `${url.pathname.replace(/\/+$/, '')}${METRICS_PATH}`;
  return url.href;
}

/** Begins to push figures to the collector of the settings. Nothing where none is set, or where it would be this very `up`. */
export async function pushOtlp(
  context: CommandContext,
  collector: MetricsCollector,
  note: (text: string, tone: Tone) => void,
): Promise<OtlpPush | undefined> {
  const { settings } = configOfRun(context);
  const { otlpOutEndpoint: endpoint, otlpOutHeaders: headers, otlpOutIntervalSeconds, cluster } = settings;
  if (endpoint === undefined) return undefined;
  const url = metricsUrl(endpoint);
  const shown = printable(new URL(url).host);
  if (isOwnReceiver(url, settings.otlpHost, settings.otlpPort)) {
    note(
      `no figures are pushed to ${shown}: that is where this \`up\` takes telemetry itself (otlp_out.endpoint)`,
      'warning',
    );
    return undefined;
  }
  const [{ Exposition }, { OtlpPush }] = await Promise.all([
    import('../../exposition/exposition.ts'),
    import('../../otlp-out/otlp-push.ts'),
  ]);
  const push = new OtlpPush(
    {
      url,
      headers: parseHeaderList(headers ?? '') ?? {},
      intervalMillis: otlpOutIntervalSeconds * 1_000,
      resource: {
        // Two clusters that push to one collector must not be taken for one.
        'service.instance.id': createHash('sha256').update(context.directory).digest('hex').slice(0, 16),
        ...(cluster === undefined ? {} : { 'amicus.cluster': cluster }),
      },
    },
    {
      exposition: new Exposition({ ...context, collector: async () => collector }),
      clock: context.clock,
      timers: SYSTEM_TIMERS,
      random: Math.random,
      onChange: (problem) => {
        if (problem === undefined) note(`figures reach ${shown}`, 'good');
        else note(`figures do not reach ${shown}: ${printable(problem)}`, 'warning');
      },
    },
  );
  push.start();
  return push;
}

/** Pushed to itself, every figure would come back as telemetry. */
function isOwnReceiver(url: string, host: string, port: number): boolean {
  const { hostname, port: given, protocol } = new URL(url);
  const target = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const own = [host, 'localhost', '127.0.0.1', '[::1]', '0.0.0.0'];
  return target === port && own.includes(hostname);
}
