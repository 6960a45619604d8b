import type { StoredEvent } from '../../model/event.ts';
import type { TimeRange } from '../../model/range.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock, NodeLife } from '../clock/cluster-clock.ts';
import { textField } from '../reports/answerer.ts';
import { countsOver, secondsOf } from './counts-over-time.ts';
import { defineDetector, type Gatherer } from './detector.ts';
import type { Finding } from './finding.ts';
import { lostPerDay, secondsIn, severityOf, usualDay } from './loss.ts';
import { counted, spokenTime } from './spoken-time.ts';

type Evidence = {
  readonly now: ClusterClock;
  readonly before: ClusterClock;
  /** By node, in order of time. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
};

/** Nodes of which no heartbeat comes any more. */
export const silentNode = defineDetector({
  kind: 'silent_node',
  title: 'Silent nodes',
  doc:
    'Looks for nodes that were registered, had not left, and gave no sign of life beyond the limit of heartbeats. A node ' +
    'that came back within ten minutes and went on with its task had only been busy. Work that it had begun and that was ' +
    'given to others is counted as lost. One finding for each node. Where nodes always fall silent that long, because ' +
    'nothing sends heartbeats while they work, speaks only of those that are well beyond it.',
  parameters: {
    min_minutes: {
      value: 5,
      unit: 'minutes',
      doc: 'Silence of a node, beyond the limit of heartbeats, from which on it is told.',
    },
    usual_ratio: {
      value: 2,
      unit: 'times',
      doc: 'Silence of all nodes must be so many times that of nine of ten days, the last week not among them if there is another before it.',
    },
    bad_hours: {
      value: 2,
      unit: 'hours',
      doc: 'A node that was silent for so long in the window is told whatever the history says.',
    },
  },
  async gather(ask, window): Promise<Evidence> {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
      told: await readTold(ask, window),
    };
  },
  judge({ now, before, told }, window, values) {
    if (now.nodes.length === 0)
      return { state: 'no_data', reason: 'No node was recorded in the window.', findings: [] };
    const steps = countsOver(silencesOf(before.nodes, told, values.min_minutes));
    const usual = usualDay(before, (day) => secondsOf(steps, [], (count) => count, day));
    const all = silencesOf(now.nodes, told, values.min_minutes).reduce((sum, one) => sum + secondsIn(one), 0);
    const isUnusual = usual === undefined || all >= values.usual_ratio * usual.high;
    const findings = [...Map.groupBy(now.nodes, ({ nodeId }) => nodeId)].flatMap(([nodeId, lives]): Finding[] => {
      const silences = silencesOf(lives, told, values.min_minutes);
      const seconds = silences.reduce((sum, one) => sum + secondsIn(one), 0);
      if (silences.length === 0 || (!isUnusual && seconds < values.bad_hours * 3_600)) return [];
      return [findingOf(nodeId, silences, now, window)];
    });
    if (findings.length > 0) {
      const reason = `${counted(findings.length, 'node')} fell silent.`;
      return { state: 'findings', reason, findings };
    }
    const nodes = new Set(now.nodes.map(({ nodeId }) => nodeId)).size;
    return { state: 'clear', reason: `None of ${counted(nodes, 'node')} fell silent for longer than usual.`, findings };
  },
});

/** What a node was last told: that its heartbeat is missed, or that it left in another way. */
type Told = { readonly atMicros: number; readonly isSilence: boolean };

async function readTold(ask: Gatherer, window: AnalysisWindow): Promise<ReadonlyMap<string, readonly Told[]>> {
  const span = { since: window.baselineFromMicros / 1e6, until: window.toMicros / 1e6 };
  const events: StoredEvent[] = [];
  for (const one of [{ metric: 'node.status', filters: { status: 'silent' } }, { metric: 'node.terminated' }]) {
    for await (const batch of ask.events({ ...one, ...span })) events.push(...batch);
  }
  const inOrder = events.sort((a, b) => a.atMicros - b.atMicros);
  return new Map(
    [...Map.groupBy(inOrder, (event) => event.node_id ?? '')].map(([nodeId, own]) => [
      nodeId,
      own.map((event) => ({
        atMicros: event.atMicros,
        isSilence: event.metric === 'node.status' || textField(event, 'reason') === 'heartbeat_timeout',
      })),
    ]),
  );
}

/** Stretches without a sign of life. A node that ended in another way is gone and not silent. */
function silencesOf(lives: readonly NodeLife[], told: Evidence['told'], minMinutes: number): readonly TimeRange[] {
  return lives.flatMap(({ nodeId, intervals }) =>
    intervals.filter((interval) => {
      if (interval.state !== 'dead' || secondsIn(interval) < minMinutes * 60) return false;
      return told.get(nodeId)?.findLast(({ atMicros }) => atMicros <= interval.toMicros)?.isSilence === true;
    }),
  );
}

function findingOf(
  nodeId: string,
  silences: readonly TimeRange[],
  clock: ClusterClock,
  window: AnalysisWindow,
): Finding {
  const lost = lostAttempts(nodeId, silences, clock);
  const lengths = silences.map(secondsIn);
  const longest = Math.max(...lengths);
  const isSilent = silences.some(({ toMicros }) => toMicros >= window.toMicros);
  const perDay = lostPerDay([...lengths, ...lost.map(({ workedSeconds }) => workedSeconds)], window);
  const once = silences.length === 1 ? 'once' : `${silences.length} times`;
  const held = lost.length === 0 ? '' : ` and lost ${counted(lost.length, 'task')} it had begun`;
  const figure = { value: longest, unit: 'seconds', samples: silences.length } as const;
  return {
    kind: 'silent_node',
    subject: { kind: 'node', id: nodeId },
    severity: isSilent && lost.length > 0 ? 'critical' : severityAtLeastWarning(perDay.value, clock),
    summary: isSilent
      ? `A node has given no sign of life for ${spokenTime(longest)}${held}.`
      : `A node fell silent ${once}, for up to ${spokenTime(longest)}${held}.`,
    observed: figure,
    effect: figure,
    impact: { secondsPerDay: perDay },
    sinceMicros: Math.min(...silences.map(({ fromMicros }) => fromMicros)),
    evidence: ['node.status', 'node.terminated'].map((metric) => ({
      shows: metric === 'node.status' ? 'statuses of this node' : 'when it was given up',
      metric,
      filters: { node_id: nodeId },
      fromMicros: window.fromMicros,
      toMicros: window.toMicros,
    })),
    facts: { node_id: nodeId, silences: silences.length, lost_tasks: lost.length, silent_now: isSilent ? 1 : 0 },
  };
}

function severityAtLeastWarning(perDay: number, clock: ClusterClock): Finding['severity'] {
  const severity = severityOf(perDay, clock);
  return severity === 'info' ? 'warning' : severity;
}

/** Attempts that the node had under way when it fell silent, and what it had worked at them. */
function lostAttempts(
  nodeId: string,
  silences: readonly TimeRange[],
  clock: ClusterClock,
): readonly { readonly workedSeconds: number }[] {
  return clock.tasks.flatMap(({ intervals }) =>
    intervals.flatMap((interval, index) => {
      const isLost =
        interval.state === 'abandoned' &&
        interval.nodeId === nodeId &&
        silences.some(({ fromMicros, toMicros }) => fromMicros < interval.toMicros && interval.fromMicros < toMicros);
      if (!isLost) return [];
      const begun = intervals.slice(0, index).findLastIndex((other) => other.nodeId !== nodeId);
      const worked = intervals.slice(begun + 1, index).reduce((sum, one) => sum + secondsIn(one), 0);
      return [{ workedSeconds: worked }];
    }),
  );
}
