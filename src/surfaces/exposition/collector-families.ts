import type { MetricsCollector } from '../../metrics-collector.ts';
import type { Clock } from '../../model/clock.ts';
import { ownFamily } from './cluster-families.ts';
import { type CounterBook, type Counted, setKey } from './counter-book.ts';
import type { Family } from './family.ts';
import { OWN_FAMILIES, type OwnFamily } from './own-families.ts';

/** What the collector did with what it was given, over all processes that record. */
export async function collectorFamilies(
  collector: Pick<MetricsCollector, 'drain' | 'accounts' | 'stats'>,
  clock: Clock,
  book: CounterBook,
): Promise<readonly Family[]> {
  const before = clock.monotonicMillis();
  await collector.drain();
  const lagSeconds = (clock.monotonicMillis() - before) / 1_000;
  const accounts = await collector.accounts();
  const stats = await collector.stats();
  let [recorded, expired, spooled, toldTwice] = [0, 0, 0, 0];
  const dropped = new Map<string, Counted>();
  for (const account of accounts) {
    recorded += account.recorded;
    expired += account.expired;
    spooled += account.inSpool;
    toldTwice += account.dropped.duplicate ?? 0;
    for (const [reason, count] of Object.entries(account.dropped)) {
      if (reason === 'duplicate') continue;
      const key = setKey({ reason }, ['reason']);
      dropped.set(key, { labels: { reason }, numbers: [(dropped.get(key)?.numbers[0] ?? 0) + count] });
    }
  }
  const counter = (family: OwnFamily, sets: ReadonlyMap<string, Counted>): Family => {
    const points = book
      .tell(family.name, family.labels, sets)
      .sets.map(({ labels, numbers: [value = 0] }) => ({ labels, value }));
    return ownFamily(family, points);
  };
  const total = (value: number): ReadonlyMap<string, Counted> => new Map([['[]', { labels: {}, numbers: [value] }]]);
  const gauge = (family: OwnFamily, value: number | undefined): Family =>
    ownFamily(family, value === undefined ? [] : [{ labels: {}, value }]);
  return [
    counter(OWN_FAMILIES.recorded, total(recorded)),
    counter(OWN_FAMILIES.dropped, dropped),
    counter(OWN_FAMILIES.toldTwice, total(toldTwice)),
    counter(OWN_FAMILIES.expired, total(expired)),
    gauge(OWN_FAMILIES.storedEvents, stats.events),
    gauge(OWN_FAMILIES.databaseBytes, stats.databaseBytes + stats.walBytes),
    gauge(OWN_FAMILIES.spoolBytes, stats.spoolBytes),
    gauge(OWN_FAMILIES.spooledEvents, spooled),
    gauge(OWN_FAMILIES.drainLag, lagSeconds),
    gauge(OWN_FAMILIES.newestEvent, stats.newestMicros === undefined ? undefined : stats.newestMicros / 1e6),
  ];
}
