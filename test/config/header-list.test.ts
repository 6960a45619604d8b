import { describe, expect, it } from 'vitest';

import { loadConfig, parseHeaderList } from '../../src/config/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const load = (environment: Record<string, string>) => loadConfig({ directory: temporaryFolder(), environment });

describe('the settings of figures that are pushed', () => {
  it('takes headers as the variables of OpenTelemetry have them', () => {
    expect(parseHeaderList('authorization=Bearer%20a.b, X-Key = c=d ,')).toEqual({
      authorization: 'Bearer a.b',
      'x-key': 'c=d',
    });
    expect(parseHeaderList('')).toEqual({});
  });

  it('refuses what no header can hold', () => {
    for (const text of ['no value', 'a b=c', 'key=%0d%0ahost: x', 'key=%zz', 'key=é', `k=${'x'.repeat(5_000)}`]) {
      expect(parseHeaderList(text)).toBeUndefined();
    }
  });

  it('says what is wrong with an address, and never what a key is', () => {
    const { settings, problems } = load({
      AMICUS_METRICS_OTLP_OUT_ENDPOINT: 'ftp://collector',
      AMICUS_METRICS_OTLP_OUT_HEADERS: 'secret key',
      AMICUS_METRICS_OTLP_OUT_INTERVAL_SECONDS: '1',
    });
    expect(settings).toMatchObject({
      otlpOutEndpoint: undefined,
      otlpOutHeaders: undefined,
      otlpOutIntervalSeconds: 60,
    });
    const told = problems.map(({ message }) => message).join('\n');
    expect(told).toContain(
      'otlp_out.endpoint is "ftp://collector" in AMICUS_METRICS_OTLP_OUT_ENDPOINT; it must be an address',
    );
    expect(told).toContain('otlp_out.interval_seconds is');
    expect(told).not.toContain('secret key');
  });

  it('refuses an address with a password in it', () => {
    const { settings } = load({ AMICUS_METRICS_OTLP_OUT_ENDPOINT: 'https://me:pw@collector.example.com' });
    expect(settings.otlpOutEndpoint).toBeUndefined();
  });
});
