import { describe, expect, it } from 'vitest';
import { CLIENT_SAMPLES, KNOWN_USAGE, sampleRequest } from '../../support/client-samples.ts';
import { openOtlpStore, usageTotals } from '../../support/otlp-store.ts';

describe('what six clients push', () => {
  it.each(['json', 'protobuf'] as const)('adds up to the known totals as %s', async (encoding) => {
    const { translator, collector } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES) translator.receive(sampleRequest(sample, encoding));
    translator.release();
    expect(await usageTotals(collector)).toEqual(KNOWN_USAGE);
    await collector.close();
  });
});
