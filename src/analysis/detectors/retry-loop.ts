import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AggregateRow } from '../../query/question.ts';
import type { TaskLife } from '../clock/cluster-clock.ts';
import { callsToldOnce, TELLER_FIELDS } from '../reports/calls-told-once.ts';
import { toCount } from '../reports/distribution.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { defineDetector, type ParameterValues, type Parameters } from './detector.ts';
import type { Finding } from './finding.ts';

type Evidence = {
  /** By node, tool, outcome and hour. */
  readonly calls: readonly AggregateRow[];
  /** By tool and outcome, of the history. */
  readonly history: readonly AggregateRow[];
  readonly tasks: readonly TaskLife[];
};

const PARAMETERS = {
  min_errors: { value: 12, unit: 'calls', doc: 'Failed calls of one tool by one node within an hour, at least.' },
  error_share: { value: 0.5, unit: 'share', doc: 'Of its calls of that tool in that hour, so many must have failed.' },
  history_ratio: { value: 3, unit: 'times', doc: 'And so many times the share that fails otherwise.' },
  min_turns: {
    value: 4,
    unit: 'turns',
    doc: 'Turns at one task that ended without a result, until it is called thrash.',
  },
} as const satisfies Parameters;

/** The same call failing again and again, or the same task taken and given back. */
export const retryLoop = defineDetector({
  kind: 'retry_loop',
  title: 'Retry loops and thrash',
  doc:
    'Looks for hours in which most calls that a node made of one tool failed, many of them and far more than of that tool ' +
    'otherwise, and for tasks that nodes take and give back again and again.',
  parameters: PARAMETERS,
  async gather(ask, window): Promise<Evidence> {
    const [from, to] = [window.fromMicros / 1e6, window.toMicros / 1e6];
    const calls = await ask.aggregate({
      metric: 'tool.called',
      since: from,
      until: to,
      aggregations: ['count', 'sum(duration_ms)'],
      groupBy: ['node_id', ...TELLER_FIELDS, 'outcome'],
      bucket: '1h',
    });
    const history = await ask.aggregate({
      metric: 'tool.called',
      since: window.baselineFromMicros / 1e6,
      until: from,
      aggregations: ['count'],
      groupBy: [...TELLER_FIELDS, 'outcome'],
    });
    const { tasks } = await ask.clock(window.fromMicros, window.toMicros);
    return {
      calls: callsToldOnce(calls.rows, ({ bucketStart, group }) => [bucketStart, group['node_id']]),
      history: callsToldOnce(history.rows),
      tasks,
    };
  },
  judge({ calls, history, tasks }, window, values) {
    const findings = [...failingCalls(calls, history, values, window), ...thrash(tasks, values, window)];
    if (findings.length > 0) {
      return { state: 'findings', reason: `${findings.length} loops were found.`, findings };
    }
    if (calls.length === 0 && tasks.length === 0) {
      return { state: 'no_data', reason: 'No call of a tool and no task was recorded.', findings };
    }
    return { state: 'clear', reason: 'No tool failed again and again, and no task went round.', findings };
  },
});

type Span = { readonly fromMicros: number; readonly toMicros: number };

/** One finding for each node and tool, whatever number of hours. */
function failingCalls(
  calls: readonly AggregateRow[],
  history: readonly AggregateRow[],
  values: ParameterValues<typeof PARAMETERS>,
  window: Span,
): Finding[] {
  const usual = new Map(
    [...Map.groupBy(history, ({ group }) => String(group['tool']))].map(([tool, rows]) => [tool, failedOf(rows)]),
  );
  const loops = Map.groupBy(
    [...Map.groupBy(calls, hourKey).values()].filter((rows) => {
      const { hits, total } = failedOf(rows);
      const before = usual.get(String(rows[0]?.group['tool']));
      const usualShare = before === undefined || before.total === 0 ? 0 : before.hits / before.total;
      const needed = Math.max(values.error_share, Math.min(0.9, values.history_ratio * usualShare));
      return (
        hits >= values.min_errors && (wilsonInterval(hits, total)?.low ?? 0) >= needed * 0.8 && hits / total >= needed
      );
    }),
    ([row]) => JSON.stringify([row?.group['node_id'] ?? null, row?.group['tool'] ?? null]),
  );
  return [...loops.values()].flatMap((hours) => loopFinding(hours.flat(), hours.length, window));
}

const hourKey = ({ bucketStart, group }: AggregateRow): string =>
  JSON.stringify([bucketStart, group['node_id'] ?? null, group['tool'] ?? null]);

function failedOf(rows: readonly AggregateRow[]): { readonly hits: number; readonly total: number } {
  const count = (some: readonly AggregateRow[]): number => some.reduce((sum, row) => sum + toCount(row), 0);
  return { hits: count(rows.filter(({ group }) => group['outcome'] === 'error')), total: count(rows) };
}

function loopFinding(rows: readonly AggregateRow[], hours: number, window: Span): Finding[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { hits, total } = failedOf(rows);
  const { node_id: node, tool } = first.group;
  const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
  const starts = rows.map(({ bucketStart = 0 }) => bucketStart * 1e6);
  const share = { value: hits / total, unit: 'share', samples: total, ...wilsonInterval(hits, total) } as const;
  return [
    {
      kind: 'retry_loop',
      subject: { kind: node === undefined ? 'tool' : 'node', id: node === undefined ? String(tool) : String(node) },
      severity: 'warning',
      summary: `${hits} of ${total} calls of one tool failed within ${hours === 1 ? 'an hour' : `${hours} hours`}: it is tried again and again.`,
      observed: share,
      effect: share,
      // An agent that repeats a failing call does nothing else in these hours; how much of each hour is not known.
      impact: { secondsPerDay: { value: (hours * 3_600) / days, unit: 'seconds', samples: hits } },
      sinceMicros: Math.round(Math.min(...starts)),
      evidence: [
        {
          shows: 'calls of this tool',
          metric: 'tool.called',
          filters: {
            ...(node === undefined ? {} : { node_id: String(node) }),
            ...(tool === undefined ? {} : { tool: String(tool) }),
          },
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
      ],
      facts: {
        errors: hits,
        calls: total,
        hours,
        ...(node === undefined ? {} : { node_id: String(node) }),
        ...(tool === undefined ? {} : { tool: String(tool) }),
      },
    },
  ];
}

/** Tasks whose turns end without a result, one after the other. */
function thrash(tasks: readonly TaskLife[], values: ParameterValues<typeof PARAMETERS>, window: Span): Finding[] {
  const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
  return tasks.flatMap(({ taskId, history }): Finding[] => {
    const turns = history.attempts.filter(
      ({ ended, outcome, toMicros }) =>
        toMicros !== undefined && toMicros >= window.fromMicros && (ended !== 'completed' || outcome === 'failure'),
    );
    if (turns.length < values.min_turns) return [];
    const seconds = turns.reduce((sum, turn) => sum + ((turn.toMicros ?? turn.fromMicros) - turn.fromMicros) / 1e6, 0);
    const count = { value: turns.length, unit: 'count', samples: turns.length } as const;
    return [
      {
        kind: 'retry_loop',
        subject: { kind: 'task', id: taskId },
        severity: 'warning',
        summary: `A task was taken and given up ${turns.length} times.`,
        observed: count,
        effect: count,
        impact: { secondsPerDay: { value: seconds / days, unit: 'seconds', samples: turns.length } },
        sinceMicros: turns[0]?.fromMicros ?? window.fromMicros,
        evidence: [
          {
            shows: 'claims of this task',
            metric: 'task.claimed',
            filters: { task_id: taskId },
            fromMicros: turns[0]?.fromMicros ?? window.fromMicros,
            toMicros: window.toMicros,
          },
        ],
        facts: { task_id: taskId, turns: turns.length },
      },
    ];
  });
}
