import { gzipSync } from 'node:zlib';

import type { Clock } from '../src/model/clock.ts';
import { Exposition, type ExpositionContext } from '../src/surfaces/exposition/exposition.ts';
import type { Family } from '../src/surfaces/exposition/family.ts';
import { encodeFamilies } from '../src/surfaces/otlp-out/encode-families.ts';
import { prometheusText } from '../src/surfaces/prometheus/prometheus-text.ts';
import { type BenchContext, type BenchOutcome, interleaved, medianOf, millisOf } from './harness.ts';
import { promClient } from './peers.ts';

/** What a Prometheus waits between two scrapes. */
const SCRAPE_MILLIS = 15_000;

const FIRST = 'first page of a process';
const PAGE = 'a later page, every 15 s';
const TEXT = 'its text alone';
const PEER = "prom-client's text of as many series";
const PUSH = 'the same as OTLP, compressed';

/** What a scrape costs: figures put together from the store, and written down. */
export async function benchExposition({ rounds, stores, tell }: BenchContext): Promise<BenchOutcome> {
  const collector = await stores.ours();
  tell('telling figures to a scraper');
  let passedMillis = 0;
  const clock: Clock = {
    nowMicros: () => stores.endMicros + Math.round(passedMillis * 1_000),
    monotonicMillis: () => performance.now() + passedMillis,
  };
  const directory = stores.oursDirectory;
  const context: ExpositionContext = {
    directory,
    env: {},
    cwd: directory,
    clock,
    timeZone: 'UTC',
    collector: async () => collector,
  };
  const kept = new Exposition(context);
  const families = await kept.families();
  const peer = peerOf(families);
  const telling = { families, resource: {}, scopeVersion: '0', sinceMicros: 0, nowMicros: stores.endMicros };
  const measured = await interleaved(
    [
      { name: FIRST, run: () => millisOf(() => new Exposition(context).families()) },
      {
        name: PAGE,
        run: () => {
          passedMillis += SCRAPE_MILLIS;
          return millisOf(async () => prometheusText(await kept.families(), 'openmetrics'));
        },
      },
      { name: TEXT, run: () => millisOf(() => prometheusText(families, 'openmetrics')) },
      { name: PEER, run: () => millisOf(peer) },
      { name: PUSH, run: () => millisOf(() => gzipSync(encodeFamilies(telling))) },
    ],
    Math.max(rounds, 7),
  );
  const text = prometheusText(families, 'openmetrics');
  const rows = [FIRST, PAGE, TEXT, PEER, PUSH].map((name) => ({
    name,
    millis: medianOf(measured, name),
    least: measured.get(name)?.min,
    most: Math.max(...(measured.get(name)?.values ?? [])),
  }));
  return {
    tables: [
      {
        title: `Figures for a scraper on ${stores.events.toLocaleString('en-US')} events`,
        columns: [
          { key: 'name', label: 'what' },
          { key: 'millis', label: 'median, ms', digits: 3 },
          { key: 'least', label: 'least, ms', digits: 3 },
          { key: 'most', label: 'most, ms', digits: 3 },
        ],
        rows,
        notes: [
          `${text.split('\n').filter((line) => !line.startsWith('#')).length} samples, ${text.length} bytes; compressed as OTLP ${gzipSync(encodeFamilies(telling)).length}.`,
          'Of later pages every second one asks the ledger too, and every twentieth the whole past.',
        ],
      },
    ],
    figures: { 'a page for a scraper, ms': medianOf(measured, PAGE) },
  };
}

/** As many series in a registry of prom-client, which keeps them in memory. */
function peerOf(families: readonly Family[]): () => Promise<string> {
  const prom = promClient();
  const registry = new prom.Registry();
  for (const family of families) {
    const labelNames = [...new Set(family.points.flatMap(({ labels }) => Object.keys(labels)))];
    const settings = { name: family.name, help: family.help, labelNames, registers: [registry] };
    if (family.kind === 'histogram') {
      const histogram = new prom.Histogram({ ...settings, buckets: [...family.bounds] });
      for (const { labels } of family.points) histogram.observe(labels, 1);
    } else {
      const gauge = new prom.Gauge(settings);
      for (const { labels, value } of family.points) gauge.set(labels, value);
    }
  }
  return () => registry.metrics();
}
