import { levelOf } from '../../../analysis/alerts/advance.ts';
import type { AlertStatus } from '../../../analysis/alerts/alert-status.ts';
import type { NodeNow } from '../../../analysis/reports/nodes-now.ts';
import { compareNames } from '../../../analysis/reports/nodes-now.ts';
import type { TaskSummary } from '../../../analysis/reports/task-list.ts';
import type { StoredEvent } from '../../../model/event.ts';
import { ruleFigure, ruleText } from '../alert-lines.ts';
import { nodeColumns } from '../node-columns.ts';
import { type AnswerColumn, shownCell } from '../print-rows.ts';
import { taskColumns } from '../task-columns.ts';
import { momentFormat } from '../terminal/moments.ts';
import { cellWidth } from '../terminal/cells.ts';
import type { Tone } from '../terminal/style.ts';
import type { Cell } from '../terminal/table.ts';
import { formatByName } from '../terminal/units.ts';
import { wrapped } from '../terminal/wrapped.ts';
import type { TopFigures } from './top-figures.ts';
import type { TopPane } from './top-state.ts';

/** A list as it is drawn: titles, and the cells of every row in the order that was asked for. */
export type PaneTable = {
  readonly columns: readonly { readonly title: string; readonly align: 'left' | 'right'; readonly optional: boolean }[];
  readonly rows: readonly (readonly Cell[])[];
  /** Names of its orders, the first one first. */
  readonly orders: readonly string[];
  /** Said when there is no row. */
  readonly empty: string;
  /** Its last cells are sentences, which go over several lines rather than being cut. */
  readonly wraps: boolean;
};

type Order<Row> = { readonly name: string; readonly compare?: (a: Row, b: Row) => number };
type Pane<Row> = {
  readonly columns: readonly AnswerColumn<Row>[];
  readonly rows: readonly Row[] | undefined;
  readonly orders: readonly Order<Row>[];
  readonly empty: string;
  readonly wraps?: boolean;
};

export type PaneSettings = { readonly nowMicros: number; readonly timeZone: string };

/** Rows drawn at most; the filter finds the others. */
const MAX_ROWS = 500;
/** Between columns. */
const GAP = 2;
/** Sentences are not made narrower than this. */
const MIN_SENTENCE = 24;

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** What a list holds now, in one of its orders. */
export function paneTable(pane: TopPane, order: number, figures: TopFigures, settings: PaneSettings): PaneTable {
  switch (pane) {
    case 'nodes':
      return toTable(nodesPane(figures, settings), order);
    case 'tasks':
      return toTable(tasksPane(figures, settings), order);
    case 'insights':
      return toTable(insightsPane(figures), order);
    case 'events':
      return toTable(eventsPane(figures, settings), order);
  }
}

function toTable<Row>({ columns, rows, orders, empty, wraps = false }: Pane<Row>, order: number): PaneTable {
  const { compare } = orders[order] ?? {};
  const ordered = compare === undefined ? rows : rows?.toSorted(compare);
  return {
    columns: columns.map(({ title = '', align = 'left', optional = false }) => ({ title, align, optional })),
    rows: (ordered ?? []).map((row) => columns.map((column) => shownCell(column, row))),
    orders: orders.map(({ name }) => name),
    empty: rows === undefined ? 'Looking …' : empty,
    wraps,
  };
}

/** Rows that hold a text in any cell, at most as many as are drawn. */
export function filteredRows({ rows }: PaneTable, filter: string): readonly (readonly Cell[])[] {
  const wanted = filter.toLowerCase();
  const holds = (cell: Cell): boolean => textOf(cell).toLowerCase().includes(wanted);
  return (wanted === '' ? rows : rows.filter((row) => row.some(holds))).slice(0, MAX_ROWS);
}

/** Rows whose last cell is longer than its place, over as many rows as it needs; the other cells of those are empty. */
export function wrappedRows(rows: readonly (readonly Cell[])[], width: number): readonly (readonly Cell[])[] {
  const others = Math.max(
    0,
    ...rows.map((row) => row.slice(0, -1).reduce((sum, cell) => sum + cellWidth(textOf(cell)) + GAP, 0)),
  );
  const room = Math.max(MIN_SENTENCE, width - others - GAP);
  return rows.flatMap((row) => {
    const cells = row.slice(0, -1);
    const blank = cells.map(() => '');
    const lines = wrapped(textOf(row.at(-1) ?? ''), room);
    return lines.map((line, index) => (index === 0 ? cells : blank).concat(line));
  });
}

/** Largest first; absent ones last. */
const descending = (a: number | undefined, b: number | undefined): number => (b ?? -Infinity) - (a ?? -Infinity) || 0;
/** Earliest first; absent ones last. */
const ascending = (a: number | undefined, b: number | undefined): number => (a ?? Infinity) - (b ?? Infinity) || 0;

function nodesPane({ status, busy }: TopFigures, { nowMicros }: PaneSettings): Pane<NodeNow> {
  const busyOf = ({ nodeId }: NodeNow): number | undefined => busy?.get(nodeId);
  return {
    columns: [
      ...nodeColumns(nowMicros),
      {
        key: 'busy_share',
        title: 'busy in 1 h',
        align: 'right',
        raw: busyOf,
        show: (node) => {
          const share = busyOf(node);
          return share === undefined ? '–' : `${Math.round(share * 100)} %`;
        },
      },
    ],
    rows: status?.nodes.filter((node) => node.status !== 'terminated'),
    orders: [
      { name: 'status' },
      { name: 'name', compare: (a, b) => compareNames(a.nodeId, b.nodeId) },
      { name: 'busy', compare: (a, b) => descending(busyOf(a), busyOf(b)) },
      { name: 'longest at its task', compare: (a, b) => ascending(a.taskSinceMicros, b.taskSinceMicros) },
    ],
    empty: 'No node is there.',
  };
}

function tasksPane({ tasks }: TopFigures, { timeZone }: PaneSettings): Pane<TaskSummary> {
  return {
    // Those that are over are not listed, and only they have an outcome.
    columns: taskColumns(timeZone).filter(({ key }) => key !== 'outcome'),
    rows: tasks,
    orders: [
      { name: 'latest' },
      { name: 'longest queued', compare: (a, b) => descending(a.queueSeconds, b.queueSeconds) },
      { name: 'longest worked on', compare: (a, b) => descending(a.workSeconds, b.workSeconds) },
      { name: 'most tries', compare: (a, b) => b.attempts - a.attempts },
    ],
    empty: 'No task waits and none is worked on.',
  };
}

/** Something that needs somebody: what was found, or a rule that fires. */
type Concern = { readonly gravity: string; readonly id: string; readonly text: string; readonly state: string };

const GRAVITY_TONES: Readonly<Record<string, Tone>> = { critical: 'bad', warning: 'warning', info: 'quiet' };
const GRAVITIES = ['critical', 'warning', 'info'];

/** The rules that fire, or cannot be evaluated. */
export function firingAlerts({ alerts = [] }: TopFigures): readonly AlertStatus[] {
  return alerts.filter(({ memory, problem }) => problem !== undefined || levelOf(memory.state) !== 'ok');
}

function alertConcern({ rule, group, memory, value, problem }: AlertStatus): Concern {
  const of = group === undefined ? '' : ` of ${group}`;
  return {
    gravity: memory.state === 'critical' ? 'critical' : 'warning',
    id: `alert ${rule.name}`,
    text: problem ?? `${ruleText(rule)}${of}${value === undefined ? '' : ` is ${ruleFigure(rule, value)}`}`,
    state: problem !== undefined ? 'cannot tell' : memory.acknowledged === undefined ? 'fires' : 'acknowledged',
  };
}

function insightsPane(figures: TopFigures): Pane<Concern> {
  const { insights } = figures;
  const found = insights?.incidents.map(({ id, severity, cause }): Concern => {
    const own = insights.advice.find(({ advice }) => advice.id === id);
    const text = own === undefined ? cause.summary : `${cause.summary} ${own.advice.sentence}`;
    return { gravity: severity, id, text, state: own?.standing.state ?? '–' };
  });
  const concerns = found === undefined ? undefined : [...firingAlerts(figures).map(alertConcern), ...found];
  return {
    columns: [
      {
        key: 'gravity',
        title: 'how bad',
        raw: ({ gravity }) => gravity,
        show: ({ gravity }) => ({ text: gravity, tone: GRAVITY_TONES[gravity] ?? 'quiet' }),
      },
      { key: 'id', title: 'which', raw: ({ id }) => id },
      { key: 'state', title: 'state', optional: true, raw: ({ state }) => state },
      { key: 'text', title: 'what', raw: ({ text }) => text },
    ],
    rows: concerns?.toSorted((a, b) => GRAVITIES.indexOf(a.gravity) - GRAVITIES.indexOf(b.gravity)),
    orders: [{ name: 'gravity' }, { name: 'name', compare: (a, b) => compareNames(a.id, b.id) }],
    empty: 'Nothing needs attention.',
    wraps: true,
  };
}

/** Fields that have a column of their own, or are for programs. */
const TOLD_APART = new Set(['node_id', 'task_id', 'session_id', 'agent_id', 'delivery_id']);
/** The unit stands behind the figure. */
const UNIT_ENDING = /_(seconds|ms|bytes|usd)$/;

/** `outcome success, duration 3 min 20 s`: what an event tells beside who and what. */
function fieldsText({ data }: StoredEvent): string {
  return Object.entries(data)
    .flatMap(([field, value]) => {
      if (value === undefined || TOLD_APART.has(field)) return [];
      const text = typeof value === 'object' ? value.join(' ') : formatByName(field, value);
      return [`${field.replace(UNIT_ENDING, '').replaceAll('_', ' ')} ${text}`];
    })
    .join(', ');
}

function eventsPane({ events }: TopFigures, { timeZone }: PaneSettings): Pane<StoredEvent> {
  const moments = momentFormat(timeZone);
  return {
    columns: [
      {
        key: 'at',
        title: 'time',
        raw: ({ timestamp }) => timestamp,
        show: ({ atMicros }) => moments.dateTime(atMicros),
      },
      { key: 'metric', title: 'metric', raw: ({ metric }) => metric },
      { key: 'node_id', title: 'node', raw: ({ node_id }) => node_id },
      {
        key: 'task_id',
        title: 'task',
        raw: ({ data }) => (data['task_id'] === undefined ? undefined : String(data['task_id'])),
      },
      { key: 'fields', title: 'with', raw: fieldsText },
    ],
    rows: events,
    orders: [
      { name: 'newest' },
      { name: 'metric', compare: (a, b) => compareNames(a.metric, b.metric) || b.atMicros - a.atMicros },
      { name: 'node', compare: (a, b) => compareNames(a.node_id ?? '', b.node_id ?? '') || b.atMicros - a.atMicros },
    ],
    empty: 'Nothing has happened yet.',
  };
}
