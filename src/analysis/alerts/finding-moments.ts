import { SEVERITIES } from '../../metrics/advice-decided.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { textField } from '../reports/answerer.ts';
import { findingsFor, type FoundNow } from './alert-evaluator.ts';
import type { FindingRule, MeasuredMoment } from './alert-rule.ts';

/** As often as `up` looks for findings. */
const STEP_MICROS = 300_000_000;

/** What a rule on findings would have seen: the findings of each look, from what `up` told of their coming and going. */
export async function findingMoments(
  ask: EventAnswerer,
  rule: FindingRule,
  fromMicros: number,
  toMicros: number,
): Promise<MeasuredMoment[]> {
  const changes: { readonly atMicros: number; readonly id: string; readonly found: FoundNow | undefined }[] = [];
  const question = { metric: 'finding.changed', since: fromMicros / 1e6, until: toMicros / 1e6 };
  for await (const batch of ask.events(question)) {
    for (const event of batch) {
      const id = textField(event, 'finding_id') ?? '';
      const severity = SEVERITIES.find((word) => word === textField(event, 'severity'));
      const isThere = textField(event, 'change') !== 'closed' && severity !== undefined;
      // Their figures are not kept; what a rule goes by is how grave they are.
      const found = isThere ? { id, kind: textField(event, 'kind') ?? '', severity, value: 0 } : undefined;
      changes.push({ atMicros: event.atMicros, id, found });
    }
  }
  const present = new Map<string, FoundNow>();
  const moments: MeasuredMoment[] = [];
  let next = 0;
  for (let at = Math.ceil(fromMicros / STEP_MICROS) * STEP_MICROS; at <= toMicros; at += STEP_MICROS) {
    for (let change = changes[next]; change !== undefined && change.atMicros <= at; change = changes[++next]) {
      if (change.found === undefined) present.delete(change.id);
      else present.set(change.id, change.found);
    }
    moments.push({ atMicros: at, groups: findingsFor(rule, [...present.values()]) });
  }
  return moments;
}
