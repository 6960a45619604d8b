import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chooseFeeds as chooseBy, competingClients, feedChooser } from '../../../src/analysis/ledger/best-feed.ts';
import { NO_FIGURES } from '../../../src/analysis/ledger/figures.ts';
import { sumBy, sumLines } from '../../../src/analysis/ledger/ledger.ts';
import { LINE_FIELDS, type UsageLine } from '../../../src/analysis/ledger/usage-line.ts';
import { USAGE_FEEDS } from '../../../src/metrics/tokens-consumed.ts';
import { MICROS_PER_HOUR } from '../../../src/model/range.ts';

const some = (...words: string[]) => fc.constantFrom(undefined, ...words);
const nanos = fc.bigInt({ min: 0n, max: 10n ** 15n });

const line: fc.Arbitrary<UsageLine> = fc
  .record({
    hour: fc.integer({ min: 0, max: 30 }),
    client: some('claude-code', 'codex', 'other'),
    session_id: some('s1', 's2', 's3'),
    agent_id: some('a1', 'a2'),
    task_id: some('t1', 't2'),
    node_id: some('n1'),
    feed: some(...USAGE_FEEDS),
    model: some('m1', 'm2'),
    events: fc.integer({ min: 1, max: 1_000_000 }),
    inputTokens: fc.integer({ min: 0, max: 2 ** 40 }),
    reportedNanos: nanos,
    computedNanos: nanos,
    costNanos: nanos,
  })
  .map(({ hour, events, inputTokens, reportedNanos, computedNanos, costNanos, ...fields }) => ({
    hourMicros: hour * MICROS_PER_HOUR,
    fields: { cluster: undefined, priced_model: undefined, price_version: undefined, ...fields },
    attribution: { node: undefined, task: undefined },
    detailed: true,
    figures: { ...NO_FIGURES, events, inputTokens, reportedNanos, computedNanos, costNanos },
  }));
const lines = fc.array(line, { maxLength: 60 });

const chooseFeeds = (all: readonly UsageLine[]) =>
  chooseBy(all, feedChooser(all, competingClients(all.map(({ fields }) => fields))));

const bigSum = (values: readonly (number | bigint)[]): bigint =>
  values.reduce<bigint>((sum, one) => sum + BigInt(one), 0n);

describe('sums of the ledger', () => {
  it('equal the sums of their parts, however they are cut', () => {
    fc.assert(
      fc.property(lines, fc.subarray([...LINE_FIELDS]), (all, fields) => {
        const total = sumLines({}, all).figures;
        const parts = sumBy(all, fields);
        for (const key of ['events', 'inputTokens', 'reportedNanos', 'computedNanos', 'costNanos'] as const) {
          expect(BigInt(total[key])).toBe(bigSum(all.map(({ figures }) => figures[key])));
          expect(BigInt(total[key])).toBe(bigSum(parts.map(({ figures }) => figures[key])));
        }
      }),
    );
  });

  it('of main agents and sub-agents equal the whole', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const { figures, own } = sumLines({}, all);
        const agents = all.filter(({ fields }) => fields.agent_id !== undefined);
        expect(figures.costNanos).toBe(own.costNanos + sumLines({}, agents).figures.costNanos);
      }),
    );
  });
});

describe('the choice of feeds', () => {
  it('puts every line on exactly one side, in whatever order they come', () => {
    fc.assert(
      fc.property(lines, fc.integer(), (all, turn) => {
        const { counted, setAside } = chooseFeeds(all);
        expect(new Set([...counted, ...setAside])).toEqual(new Set(all));
        expect(counted.length + setAside.length).toBe(all.length);
        const at = all.length === 0 ? 0 : Math.abs(turn) % all.length;
        const turned = chooseFeeds([...all.slice(at), ...all.slice(0, at)]);
        expect(new Set(turned.counted)).toEqual(new Set(counted));
      }),
    );
  });

  it('leaves no session uncounted, and counts it from feeds that share request ids only', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const { counted } = chooseFeeds(all);
        const sessions = (of: readonly UsageLine[]): Set<string> =>
          new Set(
            of
              .filter(({ fields }) => fields.client !== undefined && fields.session_id !== undefined)
              .map(({ fields }) => `${fields.client} ${fields.session_id}`),
          );
        expect(sessions(counted)).toEqual(sessions(all));
        const codex = counted.filter(({ fields }) => fields.client === 'codex' && fields.session_id === 's1');
        expect(new Set(codex.map(({ fields }) => fields.feed ?? 'library')).size).toBeLessThanOrEqual(2);
      }),
    );
  });
});
