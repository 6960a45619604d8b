import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock, TaskLife } from '../clock/cluster-clock.ts';
import type { Attempt } from '../reports/task-history.ts';
import { partsWithin } from '../clock/in-order.ts';
import { ascending, median, quantile } from '../statistics/quantiles.ts';
import { attemptTimes } from './attempt-times.ts';
import { defineDetector, type Gatherer, type ParameterValues, type Parameters } from './detector.ts';
import type { Finding } from './finding.ts';
import { lostPerDay, secondsIn, severityOf } from './loss.ts';
import { counted, spokenTime } from './spoken-time.ts';

const PARAMETERS = {
  min_minutes: { value: 45, unit: 'minutes', doc: 'A claim must have lain idle for so long.' },
  upper_part: { value: 0.95, unit: 'share', doc: 'And been held longer than such a part of like attempts ever took.' },
  unseen_ratio: {
    value: 3,
    unit: 'times',
    doc: 'Where nobody tells that the node is gone, it must be held for so many times that long, and the node do nothing.',
  },
  min_like: { value: 12, unit: 'tasks', doc: 'Completed attempts of a priority from which on its own times count.' },
  max_findings: { value: 10, unit: 'findings', doc: 'Claims that are told one by one; the longest first.' },
} as const satisfies Parameters;
type Values = ParameterValues<typeof PARAMETERS>;

type Evidence = {
  readonly now: ClusterClock;
  readonly before: ClusterClock;
  /** When a node last called a tool, asked a model or wrote the state, to a quarter of an hour. */
  readonly lastSigns: ReadonlyMap<string, number>;
};

/** A claim whose node does nothing any more. */
type Zombie = {
  readonly life: TaskLife;
  readonly attempt: Attempt & { readonly nodeId: string };
  /** Since when nothing is done. */
  readonly idleFromMicros: number;
  readonly idleToMicros: number;
  readonly isOpen: boolean;
};

/** Tasks that are held by a node that does nothing any more. */
export const zombieClaim = defineDetector({
  kind: 'zombie_claim',
  title: 'Zombie claims',
  doc:
    'Looks for claims that were held longer than nearly all like attempts took, while their node was silent, had left, or ' +
    'said that it was idle, for long. Where nobody tells of nodes, a node counts as gone when it took other tasks since, or ' +
    'called no tool, asked no model and wrote no state. Claims that are still held are told one by one, those that were ' +
    'given back meanwhile together.',
  parameters: PARAMETERS,
  async gather(ask, window): Promise<Evidence> {
    return {
      now: await ask.clock(window.fromMicros, window.toMicros),
      before: await ask.clock(window.baselineFromMicros, window.fromMicros),
      lastSigns: await lastSigns(ask, window),
    };
  },
  judge({ now, before, lastSigns }, window, values) {
    const attempts = now.tasks.flatMap(({ history }) => history.attempts);
    if (attempts.length === 0) {
      return { state: 'no_data', reason: 'No claim was recorded in the window.', findings: [] };
    }
    const longOf = upperTimes([before, now], values);
    const zombies = now.tasks.flatMap((life) => zombiesOf(life, now, lastSigns, longOf, values));
    if (zombies.length === 0) {
      const reason = `${counted(attempts.length, 'claim')} were looked at, and none lay with a node that did nothing.`;
      return { state: 'clear', reason, findings: [] };
    }
    const open = zombies.filter(({ isOpen }) => isOpen).sort((a, b) => a.idleFromMicros - b.idleFromMicros);
    const ended = zombies.filter(({ isOpen }) => !isOpen);
    const findings = [
      ...open.slice(0, values.max_findings).map((zombie) => openFinding(zombie, window)),
      ...(ended.length === 0 ? [] : [endedFinding(ended, now, window)]),
    ];
    const reason = `${counted(zombies.length, 'claim')} lay with a node that did nothing, ${open.length} of them still.`;
    return { state: 'findings', reason, findings };
  },
});

const SIGNS = ['tool.called', 'tokens.consumed', 'state.write'] as const;

async function lastSigns(ask: Gatherer, window: AnalysisWindow): Promise<ReadonlyMap<string, number>> {
  const signs = new Map<string, number>();
  for (const metric of SIGNS) {
    const { rows } = await ask.aggregate({
      metric,
      since: window.fromMicros / 1e6,
      until: window.toMicros / 1e6,
      aggregations: ['count'],
      groupBy: ['node_id'],
      bucket: '15m',
    });
    for (const { group, bucketEnd = 0 } of rows) {
      const node = group['node_id'];
      if (typeof node === 'string') signs.set(node, Math.max(signs.get(node) ?? 0, Math.round(bucketEnd * 1e6)));
    }
  }
  return signs;
}

/** How long nearly all like attempts took, in seconds; `undefined` where none is known. */
function upperTimes(clocks: readonly ClusterClock[], values: Values): (priority: string) => number | undefined {
  const times = clocks.flatMap(attemptTimes);
  const upper = (some: typeof times): number | undefined =>
    quantile(ascending(some.map(({ seconds }) => seconds)), values.upper_part);
  const all = times.length < values.min_like ? undefined : upper(times);
  const own = [...Map.groupBy(times, ({ priority }) => priority)].filter(([, some]) => some.length >= values.min_like);
  const byPriority = new Map(own.map(([priority, some]) => [priority, upper(some)]));
  return (priority) => byPriority.get(priority) ?? all;
}

function zombiesOf(
  life: TaskLife,
  clock: ClusterClock,
  lastSigns: ReadonlyMap<string, number>,
  longOf: (priority: string) => number | undefined,
  values: Values,
): readonly Zombie[] {
  const long = longOf(life.priority ?? '') ?? 0;
  return life.history.attempts.flatMap((attempt): Zombie[] => {
    const { nodeId, fromMicros } = attempt;
    if (nodeId === undefined) return [];
    const isOpen = attempt.toMicros === undefined;
    const toMicros = attempt.toMicros ?? clock.toMicros;
    const idle = partsWithin(life.intervals, { fromMicros, toMicros }).filter(({ state }) => state === 'abandoned');
    const told = idle.reduce((sum, part) => sum + secondsIn(part), 0);
    const held = (toMicros - fromMicros) / 1e6;
    const of = (idleFromMicros: number): Zombie[] => [
      { life, attempt: { ...attempt, nodeId }, idleFromMicros, idleToMicros: toMicros, isOpen },
    ];
    const [first] = idle;
    if (first !== undefined && told >= values.min_minutes * 60 && held >= long) return of(first.fromMicros);
    if (long === 0 || held < long) return [];
    const others = clock.tasks
      .filter((task) => task.taskId !== life.taskId)
      .flatMap((task) => task.history.attempts)
      .filter((other) => other.nodeId === nodeId && other.fromMicros > fromMicros && other.fromMicros < toMicros);
    const movedOn = others.length === 0 ? undefined : Math.min(...others.map((other) => other.fromMicros));
    const since = attempt.reason === 'node_lost' ? movedOn : isOpen ? unseenSince(life, movedOn) : undefined;
    return since !== undefined && toMicros - since >= values.min_minutes * 60e6 ? of(since) : [];
  });

  /** Where nobody tells that the node is gone: since when it can have done nothing for the task. */
  function unseenSince({ intervals, history }: TaskLife, movedOn: number | undefined): number | undefined {
    const claimed = history.attempts.at(-1)?.fromMicros ?? 0;
    const isAtWork = intervals.at(-1)?.state === 'working' || intervals.at(-1)?.state === 'unattributed';
    const held = (clock.toMicros - claimed) / 1e6;
    if (!isAtWork || held < values.unseen_ratio * long) return undefined;
    // A node that never gave such signs may be at work all the same.
    const last = lastSigns.get(history.attempts.at(-1)?.nodeId ?? '');
    return movedOn ?? (last === undefined ? undefined : Math.max(last, claimed));
  }
}

const idleSeconds = ({ idleFromMicros, idleToMicros }: Zombie, window: AnalysisWindow): number =>
  (idleToMicros - Math.max(idleFromMicros, window.fromMicros)) / 1e6;

function openFinding(zombie: Zombie, window: AnalysisWindow): Finding {
  const { life, attempt, idleFromMicros } = zombie;
  const { nodeId, fromMicros } = attempt;
  const seconds = (window.toMicros - idleFromMicros) / 1e6;
  const figure = { value: seconds, unit: 'seconds', samples: 1 } as const;
  return {
    kind: 'zombie_claim',
    subject: { kind: 'task', id: life.taskId },
    severity: life.priority === 'high' ? 'critical' : 'warning',
    summary: `A task is held by a node that has done nothing for ${spokenTime(seconds)}; nobody else can take it.`,
    observed: figure,
    effect: figure,
    impact: { secondsPerDay: lostPerDay([idleSeconds(zombie, window)], window) },
    sinceMicros: idleFromMicros,
    evidence: [
      {
        shows: 'claims of this task',
        metric: 'task.claimed',
        filters: { task_id: life.taskId },
        fromMicros: Math.min(fromMicros, window.fromMicros),
        toMicros: window.toMicros,
      },
      {
        shows: 'statuses of the node that holds it',
        metric: 'node.status',
        filters: { node_id: nodeId },
        fromMicros: Math.min(fromMicros, window.fromMicros),
        toMicros: window.toMicros,
      },
    ],
    facts: { task_id: life.taskId, node_id: nodeId, idle_seconds: Math.round(seconds) },
  };
}

function endedFinding(zombies: readonly Zombie[], clock: ClusterClock, window: AnalysisWindow): Finding {
  const lengths = zombies.map((zombie) => idleSeconds(zombie, window));
  const typical = median(lengths) ?? 0;
  const perDay = lostPerDay(lengths, window);
  const figure = { value: typical, unit: 'seconds', samples: zombies.length } as const;
  const lay = zombies.length === 1 ? 'One claim lay' : `${zombies.length} claims lay`;
  const severity = severityOf(
    lengths.reduce((sum, one) => sum + one, 0),
    clock,
  );
  return {
    kind: 'zombie_claim',
    subject: { kind: 'cluster', id: undefined },
    severity: severity === 'info' ? 'warning' : severity,
    summary: `${lay} with nodes that did nothing, typically for ${spokenTime(typical)}, before ${zombies.length === 1 ? 'it was' : 'they were'} given back.`,
    observed: figure,
    effect: figure,
    impact: { secondsPerDay: perDay },
    sinceMicros: Math.min(...zombies.map(({ idleFromMicros }) => idleFromMicros)),
    evidence: [
      {
        shows: 'tasks that were taken from their nodes',
        metric: 'task.released',
        filters: { reason: 'node_lost' },
        fromMicros: window.fromMicros,
        toMicros: window.toMicros,
      },
    ],
    facts: { claims: zombies.length, typical_seconds: Math.round(typical) },
  };
}
