import { lengthText, stateCell } from '../../../cli/clock-words.ts';
import { formatCount, formatMillis, formatUsd } from '../../../cli/terminal/units.ts';
import type { GanttBar } from '../../charts/gantt-bar.ts';
import { stateColour } from '../../charts/state-colours.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';

export type Task = AnswerOf<'/tasks/{id}'>;
export type Mark = Task['trace']['tools'][number];
type Attempt = Task['trace']['history']['attempts'][number];
type Scheme = 'light' | 'dark';

/** What happened at a task, in words: for the picture, the table behind it, and the list. */
export type Happening = {
  readonly key: string;
  readonly lane: string;
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly what: string;
  /** Whose: a tool, a model, a suite. */
  readonly name: string | undefined;
  readonly nodeId: string | undefined;
  readonly detail: string;
  readonly colour: Readonly<Record<Scheme, string>>;
  readonly isConcluded: boolean;
};

const RED = { light: '#c92a2a', dark: '#ff8787' };
const GREEN = { light: '#2b8a3e', dark: '#8ce99a' };
const GREY = { light: '#868e96', dark: '#909296' };
const VIOLET = { light: '#5f3dc4', dark: '#b197fc' };
const ORANGE = { light: '#d9480f', dark: '#ffa94d' };
const OUTCOME_COLOURS: Readonly<Record<string, Happening['colour']>> = { success: GREEN, failure: RED, abandoned: RED };

const both = (state: Parameters<typeof stateColour>[0]): Happening['colour'] => ({
  light: stateColour(state, 'light'),
  dark: stateColour(state, 'dark'),
});

/** Everything that lasted or happened in a task's life, lane by lane. */
export function happeningsOf({ trace, intervals }: Task): readonly Happening[] {
  const { history, toMicros } = trace;
  const clock = intervals.map((interval, place): Happening => ({
    key: `clock ${place}`,
    lane: 'clock',
    fromMicros: interval.fromMicros,
    toMicros: interval.toMicros,
    what: stateCell(interval.state).text,
    name: undefined,
    nodeId: interval.nodeId,
    detail: '',
    colour: both(interval.state),
    isConcluded: interval.concluded,
  }));
  const waits = history.waits.map((wait, place): Happening => ({
    key: `wait ${place}`,
    lane: 'queue',
    fromMicros: wait.fromMicros,
    toMicros: wait.toMicros ?? toMicros,
    what: 'waited for a node',
    name: undefined,
    nodeId: undefined,
    detail: wait.toMicros === undefined ? 'still waits' : '',
    colour: both('queued'),
    isConcluded: wait.startConcluded,
  }));
  const turns = history.attempts.map((turn, place): Happening => ({
    key: `turn ${place}`,
    lane: `by ${turn.nodeId ?? '(unknown)'}`,
    fromMicros: turn.fromMicros,
    toMicros: turn.toMicros ?? toMicros,
    what: 'turn',
    name: undefined,
    nodeId: turn.nodeId,
    detail: endOf(turn),
    colour: colourOfTurn(turn),
    isConcluded: turn.startConcluded,
  }));
  const marks = [...trace.stateOperations, ...trace.work, ...trace.tools].map(toHappening);
  return [...clock, ...waits, ...turns, ...marks];
}

function colourOfTurn({ ended, outcome, toMicros }: Attempt): Happening['colour'] {
  if (toMicros === undefined) return both('working');
  return (ended === 'completed' ? OUTCOME_COLOURS[outcome ?? ''] : undefined) ?? ORANGE;
}

/** How a turn ended, in words. */
export function endOf({ ended, outcome, reason, toMicros }: Attempt): string {
  if (ended === 'completed') return outcome ?? 'ended';
  if (ended === 'released') return reason === undefined ? 'released' : `released: ${reason.replaceAll('_', ' ')}`;
  return toMicros === undefined ? 'goes on' : 'taken over';
}

const LANES: Readonly<Record<string, string>> = {
  'tests.executed': 'tests',
  'tokens.consumed': 'requests',
  'code.changed': 'changes',
  'tool.called': 'tool calls',
};
/** From top to bottom; the nodes' own stand after the queue. */
const FIRST_LANES = ['clock', 'queue'];
const LAST_LANES = ['state file', 'tests', 'requests', 'tool calls', 'changes'];

function toHappening(mark: Mark, place: number): Happening {
  const { atMicros, metric, nodeId, durationMs = 0, concluded } = mark;
  return {
    key: `${metric} ${atMicros} ${place}`,
    lane: LANES[metric] ?? 'state file',
    // An event is told at its end.
    fromMicros: atMicros - Math.round(durationMs * 1e3),
    toMicros: atMicros,
    ...wordsOf(mark),
    nodeId,
    detail: detailOf(mark),
    colour: colourOf(mark),
    isConcluded: concluded,
  };
}

function wordsOf({ metric, label, facts }: Mark): Pick<Happening, 'what' | 'name'> {
  const name = (field: string): string | undefined => (facts[field] === undefined ? undefined : String(facts[field]));
  if (metric === 'tokens.consumed') return { what: 'request', name: name('model') };
  if (metric === 'tests.executed') return { what: 'tests', name: name('suite') };
  if (metric === 'code.changed') return { what: 'code changed', name: undefined };
  return metric === 'tool.called' ? { what: 'tool', name: label } : { what: `state ${label}`, name: undefined };
}

function colourOf({ metric, outcome, facts }: Mark): Happening['colour'] {
  if (outcome === 'error' || outcome === 'timeout' || Number(facts['failed'] ?? 0) > 0) return RED;
  if (metric === 'tests.executed') return both('testing');
  if (metric === 'tokens.consumed') return VIOLET;
  if (metric === 'code.changed') return GREEN;
  return metric === 'tool.called' ? GREY : both('lock_wait');
}

function detailOf({ metric, outcome, facts }: Mark): string {
  const count = (field: string, word: string): string[] => {
    const value = facts[field];
    return typeof value === 'number' ? [`${formatCount(value)} ${word}`] : [];
  };
  if (metric === 'tokens.consumed') {
    const tokens = [
      ...count('input_tokens', 'in'),
      ...count('cached_tokens', 'from cache'),
      ...count('output_tokens', 'out'),
    ];
    return [costText(facts), ...(tokens.length === 0 ? [] : [`tokens: ${tokens.join(', ')}`])].join('; ');
  }
  const parts = [
    ...(outcome === undefined ? [] : [outcome]),
    ...count('passed', 'passed'),
    ...count('failed', 'failed'),
    ...count('files_modified', 'files'),
    ...count('lines_added', 'lines added'),
    ...count('lines_deleted', 'deleted'),
  ];
  const waited = facts['wait_ms'];
  if (typeof waited === 'number' && waited > 0) parts.push(`waited ${formatMillis(waited)} for the lock`);
  const holder = facts['waited_for_node_id'];
  if (holder !== undefined) parts.push(`held by ${holder}`);
  return parts.join(', ');
}

function costText(facts: Mark['facts']): string {
  const [reported, estimated] = [facts['reported_cost_usd'], facts['estimated_cost_usd']];
  if (typeof reported === 'number') return `${formatUsd(reported)} reported`;
  return typeof estimated === 'number' ? `${formatUsd(estimated)} at list price` : 'cost not known';
}

/** The lanes that have something, from top to bottom. */
export function lanesOf(happenings: readonly Happening[]): readonly string[] {
  const present = new Set(happenings.map(({ lane }) => lane));
  const fixed = new Set([...FIRST_LANES, ...LAST_LANES]);
  const nodes = [...present].filter((lane) => !fixed.has(lane));
  return [...FIRST_LANES, ...nodes, ...LAST_LANES].filter((lane) => present.has(lane));
}

/** The same as bars of a picture. */
export function barsOf(
  happenings: readonly Happening[],
  lanes: readonly string[],
  scheme: Scheme,
): readonly GanttBar[] {
  return happenings.map((one) => ({
    lane: lanes.indexOf(one.lane),
    fromMicros: one.fromMicros,
    toMicros: one.toMicros,
    colour: one.colour[scheme],
    isPale: one.isConcluded,
    told: [
      one.name === undefined ? one.what : `${one.what} ${one.name}`,
      `${lengthText(one.toMicros - one.fromMicros)} from ${MOMENTS.time(one.fromMicros)}`,
      ...(one.nodeId === undefined ? [] : [one.nodeId]),
      ...(one.detail === '' ? [] : [one.detail]),
      ...(one.isConcluded ? ['concluded, not told'] : []),
    ],
  }));
}
