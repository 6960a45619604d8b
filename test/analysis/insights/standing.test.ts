import { describe, expect, it } from 'vitest';

import type { Advice, AdviceAction } from '../../../src/analysis/advice/advice.ts';
import type { Finding, Severity } from '../../../src/analysis/detectors/finding.ts';
import type { AdviceDecision, Decision, FindingChange } from '../../../src/analysis/insights/decision-book.ts';
import { standingOf } from '../../../src/analysis/insights/standing.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../../src/model/range.ts';

const NOW = 1_790_000_000_000_000;

function advice(kind: string, action: AdviceAction, severity: Severity = 'warning'): Advice {
  const figure = { value: 1, unit: 'count', samples: 1 } as const;
  const finding: Finding = {
    kind,
    subject: { kind: 'cluster', id: undefined },
    severity,
    summary: 'Something is wrong.',
    observed: figure,
    effect: figure,
    impact: {},
    sinceMicros: NOW - MICROS_PER_DAY,
    evidence: [],
    facts: {},
  };
  return {
    id: `${kind}/cluster`,
    finding,
    action,
    params: {},
    priority: 'medium',
    sentence: 'Do something.',
    saving: {},
    conditions: [],
    verification: { measure: 'queue_seconds', better: 'lower' },
  };
}

function decided(of: Advice, decision: Decision, hoursAgo: number, severity: Severity = 'warning'): AdviceDecision {
  return {
    adviceId: of.id,
    kind: of.finding.kind,
    decision,
    atMicros: NOW - hoursAgo * MICROS_PER_HOUR,
    action: of.action,
    severity,
    measure: 'queue_seconds',
    better: 'lower',
    nodeId: undefined,
    model: undefined,
  };
}

function changed(of: Advice, change: FindingChange['change'], hoursAgo: number): FindingChange {
  return {
    findingId: of.id,
    kind: of.finding.kind,
    change,
    atMicros: NOW - hoursAgo * MICROS_PER_HOUR,
    severity: 'warning',
    action: of.action,
    nodeId: undefined,
  };
}

const spawn = advice('backlog', 'spawn_node');
const terminate = advice('over_capacity', 'terminate_idle');

describe('where advice stands', () => {
  it('is open when nobody has decided', () => {
    expect(standingOf(spawn, { decisions: [], changes: [] }, NOW).state).toBe('open');
  });

  it('is accepted for two weeks, and advised again when it is still found then', () => {
    const book = (hoursAgo: number) => ({ decisions: [decided(spawn, 'accepted', hoursAgo)], changes: [] });
    expect(standingOf(spawn, book(24 * 13), NOW).state).toBe('accepted');
    const again = standingOf(spawn, book(24 * 15), NOW);
    expect(again.state).toBe('open');
    expect(again.because).toContain('still found');
  });

  it('stays dismissed for a month unless it becomes worse', () => {
    const book = { decisions: [decided(spawn, 'dismissed', 24 * 20)], changes: [] };
    expect(standingOf(spawn, book, NOW).state).toBe('dismissed');
    expect(standingOf(advice('backlog', 'spawn_node', 'critical'), book, NOW).state).toBe('open');
    expect(standingOf(spawn, { ...book, decisions: [decided(spawn, 'dismissed', 24 * 31)] }, NOW).state).toBe('open');
  });

  it('is open again when somebody opens it again', () => {
    const decisions = [decided(spawn, 'dismissed', 10), decided(spawn, 'reopened', 2)];
    expect(standingOf(spawn, { decisions, changes: [] }, NOW).state).toBe('open');
  });

  it('is held for a day after the opposite was accepted, so that nodes do not come and go', () => {
    const book = (hoursAgo: number) => ({ decisions: [decided(spawn, 'accepted', hoursAgo)], changes: [] });
    expect(standingOf(terminate, book(6), NOW)).toMatchObject({ state: 'held' });
    expect(standingOf(terminate, book(25), NOW).state).toBe('open');
  });

  it('is held while the opposite was found within the day', () => {
    const book = { decisions: [], changes: [changed(terminate, 'opened', 3)] };
    expect(standingOf(spawn, book, NOW)).toMatchObject({ state: 'held' });
    expect(standingOf(terminate, book, NOW).state).toBe('open');
  });

  it('never offers to spawn and to terminate within one day, whatever the order of findings and decisions', () => {
    const offered: { action: string; hour: number }[] = [];
    const decisions: AdviceDecision[] = [];
    const changes: FindingChange[] = [];
    for (let hour = 0; hour < 24 * 10; hour++) {
      const now = NOW + hour * MICROS_PER_HOUR;
      // The cluster swings every seven hours, and a hasty person accepts whatever is offered.
      const wanted = Math.floor(hour / 7) % 2 === 0 ? spawn : terminate;
      if (standingOf(wanted, { decisions, changes }, now).state !== 'open') continue;
      decisions.push({ ...decided(wanted, 'accepted', 0), atMicros: now });
      offered.push({ action: wanted.action, hour });
    }
    const turns = offered.filter((offer, index) => offered[index - 1]?.action !== offer.action);
    const gaps = turns.slice(1).map((turn, index) => turn.hour - (turns[index]?.hour ?? 0));
    expect(offered.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(24);
  });

  it('expires when it was open for two weeks while somebody could have decided', () => {
    const old = { decisions: [], changes: [changed(spawn, 'opened', 24 * 15)] };
    expect(standingOf(spawn, old, NOW).state).toBe('expired');
    const anew = {
      decisions: [],
      changes: [...old.changes, changed(spawn, 'closed', 30), changed(spawn, 'opened', 2)],
    };
    expect(standingOf(spawn, anew, NOW).state).toBe('open');
  });
});
