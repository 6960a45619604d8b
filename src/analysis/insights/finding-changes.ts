import type { EventData } from '../../model/event.ts';
import { type Finding, findingId, GRAVITY } from '../detectors/finding.ts';
import type { DecisionBook, FindingChange } from './decision-book.ts';
import type { Insights } from './insights.ts';

/** What the findings of now change in what is remembered: the data of `finding.changed` events, none when nothing changed. */
export function findingChanges(now: Pick<Insights, 'incidents' | 'advice'>, book: DecisionBook): readonly EventData[] {
  const before = lastChanges(book.changes);
  const found = now.incidents.flatMap(({ cause, symptoms }) => [cause, ...symptoms]);
  const actions = new Map(now.advice.map(({ advice }) => [advice.id, advice.action]));
  const present = new Set(found.map(findingId));
  const closed = [...before.values()].filter(({ findingId: id, change }) => change !== 'closed' && !present.has(id));
  return [
    ...found.flatMap((finding): EventData[] => {
      const id = findingId(finding);
      const change = changeOf(finding, before.get(id));
      if (change === undefined) return [];
      return [
        {
          finding_id: id,
          kind: finding.kind,
          change,
          severity: finding.severity,
          action: actions.get(id),
          node_id: nodeOf(finding),
        },
      ];
    }),
    ...closed.map((last): EventData => ({
      finding_id: last.findingId,
      kind: last.kind,
      change: 'closed',
      node_id: last.nodeId,
    })),
  ];
}

/** The node that a finding is about, where it is about one. */
export function nodeOf({ subject }: Finding): string | undefined {
  return subject.kind === 'node' ? subject.id : undefined;
}

function lastChanges(changes: readonly FindingChange[]): ReadonlyMap<string, FindingChange> {
  return new Map(changes.map((change) => [change.findingId, change]));
}

function changeOf(finding: Finding, last: FindingChange | undefined): FindingChange['change'] | undefined {
  if (last === undefined || last.change === 'closed') return 'opened';
  const difference = GRAVITY[finding.severity] - GRAVITY[last.severity ?? finding.severity];
  return difference > 0 ? 'worse' : difference < 0 ? 'better' : undefined;
}
