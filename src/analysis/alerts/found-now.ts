import { findingId } from '../detectors/finding.ts';
import type { Insights } from '../insights/insights.ts';
import type { FoundNow } from './alert-evaluator.ts';

/** The findings of insights, as rules go by them. */
export function foundNow({ incidents }: Pick<Insights, 'incidents'>): readonly FoundNow[] {
  return incidents
    .flatMap(({ cause, symptoms }) => [cause, ...symptoms])
    .map((finding) => ({
      id: findingId(finding),
      kind: finding.kind,
      severity: finding.severity,
      value: finding.observed.value,
    }));
}
