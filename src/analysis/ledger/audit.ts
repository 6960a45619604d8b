import { nanosOfUsd } from '../../pricing/index.ts';
import { hourOf } from '../../model/range.ts';
import { conservation, type LedgerEntry } from '../reports/conservation.ts';
import { attributionCheck } from './audit-attribution.ts';
import { type AuditCheck, auditCheck as check } from './audit-check.ts';
import { chooseFeeds } from './best-feed.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { type LedgerSum, sumBy, sumLines } from './ledger.ts';
import { readUsage } from './read-usage.ts';
import { type CountedMetric, type DamagedSpan, recount, type Recount } from './recount.ts';
import { ToldTwice } from './told-twice.ts';
import { lineFields, type UsageLine } from './usage-line.ts';
import { FULL_DETAIL } from './usage-reader.ts';

const USAGE = 'tokens.consumed';

/** What an audit reads. */
export interface Audited extends EventAnswerer {
  storedMetrics(): Promise<readonly CountedMetric[]>;
  ledger(): Promise<readonly LedgerEntry[]>;
  stats(): Promise<{ readonly oldestMicros: number | undefined; readonly rawFromMicros: number }>;
  verify(onProgress?: (part: number) => void): Promise<BlocksRead>;
}

/** What reading all sealed blocks and rollups showed. */
type BlocksRead = {
  readonly blocks: number;
  readonly events: number;
  readonly damaged: readonly (DamagedSpan & { readonly events: number })[];
  readonly rollups: number;
  readonly damagedRollups: readonly DamagedSpan[];
};

/**
 * Checks the books: every figure that can be had in two ways is had in both. Reads every event that has not expired.
 *
 * @param onBlocksRead Gets the part of the sealed blocks that was read, 0 to 1.
 */
export async function audit(
  ask: Audited,
  nowMicros: number,
  onBlocksRead?: (part: number) => void,
): Promise<readonly AuditCheck[]> {
  const read = await ask.verify(onBlocksRead);
  const { oldestMicros, rawFromMicros } = await ask.stats();
  const law = conservationCheck(await ask.ledger());
  const whole = blockCheck(read);
  if (oldestMicros === undefined) return [whole, law];
  const metrics = await ask.storedMetrics();
  // From the whole hour on: a span that begins within one would be answered from its events alone.
  const since = hourOf(Math.max(oldestMicros, rawFromMicros)) / 1e6;
  const span = { since, until: Math.max(nowMicros / 1e6, since + 1) };
  const told = await ask.aggregate({ metric: USAGE, ...span, aggregations: ['count'], groupBy: ['client', 'feed'] });
  const twice = new ToldTwice(told.rows.map(({ group }) => lineFields(group)));
  const recounts: Recount[] = [];
  for (const metric of metrics) {
    recounts.push(
      await recount(ask, metric, span, read.damaged, metric.name === USAGE ? (event) => twice.look(event) : undefined),
    );
  }
  const usage = metrics.some(({ name }) => name === USAGE) ? await usageChecks(ask, span) : [];
  return [whole, rollupCheck(recounts), identityCheck(recounts), twiceCheck(twice), ...usage, law];
}

function blockCheck({ blocks, events, damaged, rollups, damagedRollups }: BlocksRead): AuditCheck {
  const iso = (micros: number): string => new Date(Math.floor(micros / 1_000)).toISOString();
  return check(
    'blocks are as they were written',
    `${events} events in ${blocks} compressed blocks and ${rollups} rollups of days, checksums compared`,
    [
      ...damaged.map(
        (span) =>
          `${span.metric}: ${span.events} events from ${iso(span.fromMicros)} to ${iso(span.toMicros)} cannot be read. Their rollups remain, so these days are not recounted.`,
      ),
      ...damagedRollups.map(
        (span) =>
          `${span.metric}: the figures from ${iso(span.fromMicros)} to ${iso(span.toMicros)} are lost, of events that had expired.`,
      ),
    ],
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function rollupCheck(recounts: readonly Recount[]): AuditCheck {
  const problems = recounts.flatMap(({ mismatches }) =>
    mismatches.map(
      ({ metric, day, what, events, answer }) =>
        `${metric}, ${day}: ${what} is ${events} by the events and ${answer ?? 'absent'} by the answer.`,
    ),
  );
  const days = sum(recounts.map((one) => one.days));
  const figures = sum(recounts.map((one) => one.figures));
  const events = sum(recounts.map((one) => one.events));
  const hours = sum(recounts.map(({ rollupHours }) => rollupHours));
  return check(
    'rollups equal events',
    `${events} events of ${recounts.length} metrics counted one by one; ${figures} figures of ${days} days compared, ${hours} hours from rollups`,
    problems,
  );
}

function identityCheck(recounts: readonly Recount[]): AuditCheck {
  const problems = recounts
    .filter(({ repeated }) => repeated > 0)
    .map(({ metric, repeated }) => `${metric}: ${repeated} events have an identity that was there before.`);
  return check(
    'no identity twice',
    `${sum(recounts.map(({ events }) => events))} identities, each after the one before`,
    problems,
  );
}

function twiceCheck(twice: ToldTwice): AuditCheck {
  const { requests, nanos, looked } = twice.found;
  return check(
    'no request told twice',
    `${looked} requests with a session looked at`,
    requests === 0
      ? []
      : [`${requests} requests seem to be counted twice, under two identities: ${nanos} nano-dollars too much.`],
  );
}

/** The ledger against the store: nothing lost, nothing added, and trees that are the sum of their parts. */
async function usageChecks(
  ask: Audited,
  span: { readonly since: number; readonly until: number },
): Promise<readonly AuditCheck[]> {
  const { lines, counts } = await readUsage(ask, span, { ...FULL_DETAIL, byDay: false });
  const { counted, setAside } = chooseFeeds(lines, counts);
  return [
    await completeCheck(ask, span, counted, setAside),
    treeCheck(counted),
    await attributionCheck(ask, span, lines),
  ];
}

async function completeCheck(
  ask: Audited,
  span: { readonly since: number; readonly until: number },
  counted: readonly UsageLine[],
  setAside: readonly UsageLine[],
): Promise<AuditCheck> {
  const { rows } = await ask.aggregate({
    metric: USAGE,
    ...span,
    aggregations: ['count', 'sum(reported_cost_usd)', 'sum(estimated_cost_usd)'],
  });
  const values = rows[0]?.values ?? {};
  const stored = (key: string): number => Number(values[key] ?? 0);
  const inLedger = sumLines({}, counted).figures;
  const aside = sumLines({}, setAside).figures;
  const pairs: readonly (readonly [what: string, ledger: bigint, store: bigint])[] = [
    ['events', BigInt(inLedger.events + aside.events), BigInt(stored('count'))],
    [
      'reported nano-dollars',
      inLedger.reportedNanos + aside.reportedNanos,
      nanosOfUsd(stored('sum(reported_cost_usd)')),
    ],
    [
      'computed nano-dollars',
      inLedger.computedNanos + aside.computedNanos,
      nanosOfUsd(stored('sum(estimated_cost_usd)')),
    ],
  ];
  return check(
    'ledger equals store',
    `${inLedger.events} events counted + ${aside.events} set aside = ${stored('count')} stored`,
    pairs
      .filter(([, ledger, store]) => ledger !== store)
      .map(([what, ledger, store]) => `${what}: ${ledger} in the ledger, ${store} in the store.`),
  );
}

const treeKey = (key: LedgerSum['key']): string => JSON.stringify([key['client'] ?? null, key['session_id'] ?? null]);

function treeCheck(lines: readonly UsageLine[]): AuditCheck {
  const agents = Map.groupBy(sumBy(lines, ['client', 'session_id', 'agent_id']), ({ key }) => treeKey(key));
  const trees = sumBy(lines, ['client', 'session_id']);
  const problems = trees.flatMap(({ key, figures, own }) => {
    const parts = agents.get(treeKey(key)) ?? [];
    const whole = parts.reduce((total, part) => total + part.figures.costNanos, 0n);
    const main = parts.find((part) => part.key['agent_id'] === undefined)?.figures.costNanos ?? 0n;
    if (whole === figures.costNanos && main === own.costNanos) return [];
    return [`session ${key['session_id'] ?? '(none)'}: ${figures.costNanos} nano-dollars, its agents ${whole}.`];
  });
  const total = sumLines({}, lines).figures.costNanos;
  const all = trees.reduce((nanos, { figures }) => nanos + figures.costNanos, 0n);
  if (all !== total) problems.push(`All sessions together are ${all} nano-dollars, the total is ${total}.`);
  return check('trees equal their parts', `${trees.length} sessions, ${total} nano-dollars`, problems);
}

function conservationCheck(entries: readonly LedgerEntry[]): AuditCheck {
  const { producers, total, holds } = conservation(entries);
  const wrong = producers.filter(({ difference }) => difference !== 0);
  return check(
    'every event accounted for',
    `${total.recorded} recorded = ${total.inDatabase} stored + ${total.inSpool} spooled + ${total.expired} expired + ${total.droppedEvents} dropped`,
    holds ? [] : wrong.map(({ producer, difference }) => `producer ${producer}: ${difference} events are missing.`),
  );
}
