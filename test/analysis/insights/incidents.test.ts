import { describe, expect, it } from 'vitest';

import type { Finding, Severity, Subject } from '../../../src/analysis/detectors/finding.ts';
import { canComeFrom, CAUSES } from '../../../src/analysis/insights/causes.ts';
import { groupIncidents } from '../../../src/analysis/insights/incidents.ts';

const TOTALS = { secondsPerDay: 100_000, usdPerDay: 100 };

function finding(
  kind: string,
  seconds: number,
  more: { severity?: Severity; subject?: Subject; usd?: number } = {},
): Finding {
  const figure = { value: 1, unit: 'count', samples: 10 } as const;
  return {
    kind,
    subject: more.subject ?? { kind: 'cluster', id: undefined },
    severity: more.severity ?? 'warning',
    summary: 'Something is wrong.',
    observed: figure,
    effect: figure,
    impact: {
      secondsPerDay: { value: seconds, unit: 'seconds', samples: 10 },
      ...(more.usd === undefined ? {} : { usdPerDay: { value: more.usd, unit: 'usd', samples: 10 } }),
    },
    sinceMicros: 0,
    evidence: [],
    facts: {},
  };
}

const node = (id: string): Subject => ({ kind: 'node', id });

describe('incidents', () => {
  it('puts a symptom under the cause it can come from', () => {
    const incidents = groupIncidents([finding('backlog', 5_000), finding('silent_node', 2_000)], TOTALS);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]?.cause.kind).toBe('silent_node');
    expect(incidents[0]?.symptoms.map(({ kind }) => kind)).toEqual(['backlog']);
  });

  it('takes nothing for a cause that is far too small for it, unless there are many of the kind', () => {
    const backlog = { ...finding('backlog', 900_000, { severity: 'critical' }), facts: { missing_nodes: 6 } };
    const wait = finding('human_wait', 3_900);
    const incidents = groupIncidents([wait, backlog], TOTALS);
    expect(incidents.map(({ cause }) => cause.kind)).toEqual(['backlog', 'human_wait']);
    const silent = ['A1B2', 'C3D4', 'E5F6'].map((id) =>
      finding('silent_node', 10_000, { subject: node(`Node-${id}`) }),
    );
    expect(groupIncidents([backlog, ...silent], TOTALS)[0]?.cause.kind).toBe('silent_node');
    const dear = finding('cost_spike', 0, { usd: 80 });
    const spike = { ...dear, impact: { usdPerDay: dear.impact.usdPerDay } };
    const task = { ...finding('cost_outlier_task', 0), impact: { usdPerDay: { ...spike.observed, value: 2 } } };
    expect(groupIncidents([spike, task], TOTALS).map(({ cause }) => cause.kind)).toEqual([
      'cost_spike',
      'cost_outlier_task',
    ]);
  });

  it('takes flaky tests for the cause of failing ones whatever time each is said to take', () => {
    const [incident] = groupIncidents([finding('failing_tests', 9_000), finding('flaky_tests', 100)], TOTALS);
    expect(incident?.cause.kind).toBe('flaky_tests');
  });

  it('follows chains to the first cause', () => {
    const [incident] = groupIncidents(
      [finding('backlog', 5_000), finding('slow_tasks', 4_000), finding('lock_contention', 900)],
      TOTALS,
    );
    expect(incident?.cause.kind).toBe('lock_contention');
    expect(incident?.symptoms).toHaveLength(2);
  });

  it('keeps apart what concerns different nodes', () => {
    const findings = [
      finding('zombie_claim', 500, { subject: node('Node-A1B2') }),
      finding('silent_node', 400, { subject: node('Node-C3D4') }),
    ];
    expect(groupIncidents(findings, TOTALS)).toHaveLength(2);
    const same = findings.map(({ kind }) => finding(kind, 500, { subject: node('Node-A1B2') }));
    expect(groupIncidents(same, TOTALS)).toHaveLength(1);
  });

  it('ranks by severity, then by the part of time or money that is lost', () => {
    const incidents = groupIncidents(
      [
        finding('human_wait', 9_000),
        finding('unpriced_spend', 0, { usd: 40 }),
        finding('failing_tests', 100, { severity: 'critical' }),
      ],
      TOTALS,
    );
    expect(incidents.map(({ cause }) => cause.kind)).toEqual(['failing_tests', 'unpriced_spend', 'human_wait']);
    expect(incidents[1]?.share).toBeCloseTo(0.4);
  });

  it('ranks usage of unknown price or owner by its part of all tokens', () => {
    const share = { value: 0.6, unit: 'share', samples: 10 } as const;
    const unknown = { ...finding('unattributed_spend', 0), impact: { unknownShare: share } };
    const [first] = groupIncidents([finding('human_wait', 9_000), unknown], TOTALS);
    expect(first).toMatchObject({ cause: { kind: 'unattributed_spend' }, share: 0.6 });
  });

  it('has no circle in its causes', () => {
    for (const kind of Object.keys(CAUSES)) expect(canComeFrom(kind, kind)).toBe(false);
  });
});
