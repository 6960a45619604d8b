import { type Finding, findingId, GRAVITY, type Severity } from '../detectors/finding.ts';
import { areLargeEnough, canComeFrom } from './causes.ts';

/** Findings that belong together, under the one that can have brought the others about. */
export type Incident = {
  /** The id of its cause. */
  readonly id: string;
  readonly cause: Finding;
  /** Can follow from the cause; the gravest first. None: the cause stands alone. */
  readonly symptoms: readonly Finding[];
  readonly severity: Severity;
  /** What its gravest finding takes from the cluster, as a part of all its time, money or tokens; 0 where that is not known. */
  readonly share: number;
};

/** What a cluster spends a day: what impacts are measured by, so that time and money can be ranked together. */
export type DailyTotals = { readonly secondsPerDay: number; readonly usdPerDay: number };

/**
 * How much of a cluster's time or money a finding takes, or of its tokens it leaves without a price or an owner: whichever
 * is the largest part; 0 where that is not known.
 */
export function shareOf({ impact }: Finding, totals: DailyTotals): number {
  const seconds = impact.secondsPerDay?.value ?? 0;
  const usd = impact.usdPerDay?.value ?? 0;
  return Math.max(
    totals.secondsPerDay > 0 ? seconds / totals.secondsPerDay : 0,
    totals.usdPerDay > 0 ? usd / totals.usdPerDay : 0,
    impact.unknownShare?.value ?? 0,
  );
}

/** True when two findings can be about the same thing: the cluster as a whole, or the same node, task, model … */
function concernsSame(a: Finding, b: Finding): boolean {
  if (a.subject.kind === 'cluster' || b.subject.kind === 'cluster') return true;
  if (a.subject.kind !== b.subject.kind) return sharesFact(a, b);
  return a.subject.id === b.subject.id || sharesFact(a, b);
}

const NAMING_FACTS = ['node_id', 'task_id', 'model'] as const;

function sharesFact(a: Finding, b: Finding): boolean {
  const named = (finding: Finding): unknown[] => [
    finding.subject.id,
    ...NAMING_FACTS.map((fact) => finding.facts[fact]),
  ];
  const others = named(b).filter((name) => name !== undefined);
  return named(a).some((name) => name !== undefined && others.includes(name));
}

/**
 * Groups findings into incidents and puts the one first that costs most.
 *
 * Each finding goes to the gravest finding that can have caused it, is about the same thing and is large enough for it;
 * what nothing present can have caused is a cause itself. By severity, then by the part of the cluster's time, money or
 * tokens that is lost or not known.
 */
export function groupIncidents(findings: readonly Finding[], totals: DailyTotals): readonly Incident[] {
  const byGravity = findings.toSorted(
    (a, b) => GRAVITY[b.severity] - GRAVITY[a.severity] || shareOf(b, totals) - shareOf(a, totals),
  );
  const byKind = Map.groupBy(findings, ({ kind }) => kind);
  const causeOf = (finding: Finding): Finding | undefined =>
    byGravity.find(
      (other) =>
        canComeFrom(finding.kind, other.kind) &&
        concernsSame(finding, other) &&
        areLargeEnough(byKind.get(other.kind) ?? [], finding),
    );
  const rootOf = (finding: Finding): Finding => {
    const cause = causeOf(finding);
    return cause === undefined ? finding : rootOf(cause);
  };
  const members = Map.groupBy(byGravity, rootOf);
  const incidents = [...members].map(([cause, all]): Incident => {
    const symptoms = all.filter((finding) => finding !== cause);
    return {
      id: findingId(cause),
      cause,
      symptoms,
      severity: all.reduce<Severity>(
        (worst, { severity }) => (GRAVITY[severity] > GRAVITY[worst] ? severity : worst),
        cause.severity,
      ),
      share: Math.max(...all.map((finding) => shareOf(finding, totals))),
    };
  });
  return incidents.sort((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity] || b.share - a.share);
}
