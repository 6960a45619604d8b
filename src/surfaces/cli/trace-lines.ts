import type { Attempt, Wait } from '../../analysis/reports/task-history.ts';
import type { TaskTrace, TraceMark } from '../../analysis/reports/task-trace.ts';
import type { CommandContext } from './context.ts';
import { printTable } from './print-rows.ts';
import { type MomentFormat, momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import type { Tone } from './terminal/style.ts';
import { formatByName, formatCount, formatMillis, formatSeconds } from './terminal/units.ts';
import { renderWaterfall, type WaterfallRow } from './terminal/waterfall.ts';

/** Below this the axis needs fractions of a second to tell its labels apart. */
const PRECISE_BELOW_MICROS = 20e6;
const OUTCOME_MARKS: Readonly<Record<string, { glyph: string; tone: Tone }>> = {
  success: { glyph: '✓', tone: 'good' },
  failure: { glyph: '✗', tone: 'bad' },
  abandoned: { glyph: '✗', tone: 'bad' },
};

const lengthOf = ({ fromMicros, toMicros }: Attempt | Wait, trace: TaskTrace): string =>
  formatSeconds(((toMicros ?? trace.toMicros) - fromMicros) / 1e6);

function waitRow(wait: Wait, trace: TaskTrace): WaterfallRow {
  const state = wait.toMicros === undefined ? ', still waiting' : wait.startConcluded ? ', beginning concluded' : '';
  return {
    label: 'queued',
    stretches: [
      { fromMicros: wait.fromMicros, toMicros: wait.toMicros ?? trace.toMicros, glyph: '░', tone: 'quiet' as const },
    ],
    marks: [],
    note: `${lengthOf(wait, trace)}${state}`,
  };
}

function attemptRow(attempt: Attempt, trace: TaskTrace): WaterfallRow {
  const end = attempt.toMicros;
  const how =
    attempt.ended === 'completed'
      ? `, ${attempt.outcome ?? 'ended'}`
      : attempt.ended === 'released'
        ? `, released${attempt.reason === undefined ? '' : ` (${attempt.reason})`}`
        : end === undefined
          ? ', still working'
          : ', taken over';
  const mark =
    attempt.ended === 'completed'
      ? (OUTCOME_MARKS[attempt.outcome ?? ''] ?? { glyph: '■', tone: 'warning' as const })
      : { glyph: '↩', tone: 'warning' as const };
  return {
    label: printable(attempt.nodeId ?? '(unknown)'),
    stretches: [
      { fromMicros: attempt.fromMicros, toMicros: end ?? trace.toMicros, glyph: '█', tone: 'accent' as const },
    ],
    marks: end === undefined ? [] : [{ atMicros: end, ...mark }],
    note: printable(`${lengthOf(attempt, trace)}${how}`),
  };
}

function markRow(label: string, marks: readonly TraceMark[], glyph: string): WaterfallRow[] {
  if (marks.length === 0) return [];
  const timed = marks.filter(({ durationMs }) => durationMs !== undefined);
  const millis = timed.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const errors = marks.filter(({ outcome }) => outcome === 'error' || outcome === 'failure').length;
  const total = timed.length === 0 ? '' : `, ${formatMillis(millis)}`;
  return [
    {
      label,
      stretches: [],
      marks: marks.map(({ atMicros, outcome }) => ({
        atMicros,
        glyph,
        tone: outcome === 'error' ? ('bad' as const) : ('quiet' as const),
      })),
      note: `${formatCount(marks.length)}${total}${errors === 0 ? '' : `, ${formatCount(errors)} failed`}`,
    },
  ];
}

type ListedEvent = { atMicros: number; what: string; nodeId: string | undefined; detail: string };

const METRIC_WORDS: Readonly<Record<string, string>> = {
  'task.created': 'created',
  'task.claimed': 'claimed',
  'task.released': 'released',
  'task.completed': 'completed',
};

function listedEvents(trace: TaskTrace): ListedEvent[] {
  const own = trace.events.map(({ atMicros, metric, node_id, data }): ListedEvent => ({
    atMicros,
    what: METRIC_WORDS[metric] ?? metric,
    nodeId: node_id,
    detail: Object.entries(data)
      .filter(([field, value]) => value !== undefined && !['task_id', 'node_id'].includes(field))
      .map(([field, value]) => `${field}=${typeof value === 'object' ? value.join(' ') : formatByName(field, value)}`)
      .join(' '),
  }));
  const marks = [...trace.tools, ...trace.stateOperations, ...trace.work].map(
    ({ atMicros, nodeId, metric, label, durationMs, outcome, concluded }): ListedEvent => ({
      atMicros,
      what: metric === 'tool.called' ? `tool ${label}` : metric.startsWith('state.') ? `state ${label}` : metric,
      nodeId,
      detail: [
        durationMs === undefined ? '' : formatMillis(durationMs),
        outcome ?? '',
        concluded ? '(by node and time)' : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    }),
  );
  return [...own, ...marks].sort((a, b) => a.atMicros - b.atMicros);
}

function printEvents(context: CommandContext, trace: TaskTrace, moments: MomentFormat): void {
  context.print('');
  printTable<ListedEvent>(
    context,
    [
      { key: 'time', title: 'time', raw: ({ atMicros }) => moments.preciseTime(atMicros) },
      {
        key: 'after',
        title: 'after',
        align: 'right',
        raw: ({ atMicros }) => formatSeconds((atMicros - trace.fromMicros) / 1e6),
      },
      { key: 'what', title: 'what', raw: ({ what }) => what },
      { key: 'node', title: 'node', raw: ({ nodeId }) => nodeId },
      { key: 'detail', title: 'detail', raw: ({ detail }) => detail },
    ],
    listedEvents(trace),
  );
}

/** Prints a task's life for people: one line of what it is, then the waterfall. */
export function printTrace(context: CommandContext, trace: TaskTrace, withEvents: boolean): void {
  const { history, fromMicros, toMicros } = trace;
  const moments = momentFormat(context.timeZone);
  const { style } = context;
  const priority = history.priority === undefined ? '' : `, priority ${printable(history.priority)}`;
  const tries = history.attempts.length === 1 ? '1 try' : `${history.attempts.length} tries`;
  context.print(
    `${style('strong', printable(history.taskId))}  ${history.state}${priority}, ${tries}, ` +
      `${formatSeconds((toMicros - fromMicros) / 1e6)} in all`,
  );
  context.print(style('quiet', `from ${moments.dateTime(fromMicros)} (${context.timeZone})`));
  context.print('');
  const phases = [
    ...history.waits.map((wait) => ({ at: wait.fromMicros, row: waitRow(wait, trace) })),
    ...history.attempts.map((attempt) => ({ at: attempt.fromMicros, row: attemptRow(attempt, trace) })),
  ].sort((a, b) => a.at - b.at);
  const rows = [
    ...phases.map(({ row }) => row),
    ...markRow('tool calls', trace.tools, '│'),
    ...markRow('state file', trace.stateOperations, '·'),
    ...markRow('work', trace.work, '◆'),
  ];
  const axis = toMicros - fromMicros < PRECISE_BELOW_MICROS ? moments.preciseTime : moments.time;
  for (const line of renderWaterfall(rows, { fromMicros, toMicros, width: context.width, style, axis })) {
    context.print(line);
  }
  if (withEvents) printEvents(context, trace, moments);
}
