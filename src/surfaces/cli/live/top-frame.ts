import type { TopFigures } from './top-figures.ts';
import { cellWidth, cutTo } from '../terminal/cells.ts';
import { momentFormat } from '../terminal/moments.ts';
import { printable } from '../terminal/printable.ts';
import type { Style } from '../terminal/style.ts';
import { renderTable } from '../terminal/table.ts';
import { formatSeconds } from '../terminal/units.ts';
import { headerLines } from './top-header.ts';
import { filteredRows, type PaneTable, paneTable, wrappedRows } from './top-panes.ts';
import { type DrawnPage, TOP_PANES, type TopState } from './top-state.ts';

/** What is drawn, and where, at what moment. */
export type TopScene = {
  readonly directory: string;
  readonly nowMicros: number;
  readonly timeZone: string;
  readonly figures: TopFigures;
  /** Why the last look failed. */
  readonly problem: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly style: Style;
};

/** Lines, and what keys have to know of them. */
export type TopFrame = { readonly lines: readonly string[]; readonly page: DrawnPage };

const TITLES = { nodes: 'Nodes', tasks: 'Tasks', insights: 'Insights', events: 'Events' } as const;
/** A list without so many lines says nothing. */
const MIN_LIST = 6;
/** Older news than this is worth a word about what brings news. */
const STALE_SECONDS = 60;
const KEYS = 'tab list  s sort  / filter  ? help  q quit';

const HELP = [
  'tab, 1 to 4      the lists: nodes, tasks that wait or are worked on, insights, events',
  's                the next order of the list',
  '/                only rows that hold a text; Enter keeps it, Esc takes it away',
  'arrows, j, k     a row up or down; PgUp, PgDn, Home and End go further',
  'q, Ctrl-C        end',
  '',
  'Figures are those of `status`, `tasks`, `insights`, `alerts`, `costs` and `budget`.',
  '"busy in 1 h" is the part of the time in which the node was known to be there, and',
  'worked. Insights are of the last 24 hours, and looked for about once a minute.',
  'Frequent events (requests to models, tool calls, the state file) are not listed.',
  'This view only reads. `amicus-metrics up` follows the cluster and keeps the store fresh.',
];

/** Lines of `top`: at most `height` of them. Those wider than the window are cut when they are drawn. */
export function topFrame(state: TopState, scene: TopScene): TopFrame {
  const { figures, height, style, nowMicros, timeZone } = scene;
  const view = state.views[state.pane];
  const table = paneTable(state.pane, view.order, figures, { nowMicros, timeZone });
  const found = filteredRows(table, view.filter);
  const rows = table.wraps ? wrappedRows(found, scene.width) : found;
  const footer = footerLine(state, scene);
  const room = height - 2 - (scene.problem === undefined ? 0 : 1);
  const header = headerLines(figures, nowMicros, style, room - MIN_LIST);
  const problem = scene.problem === undefined ? [] : [style('bad', printable(scene.problem))];
  const above = [headLine(scene), ...header, ...problem, ...(height > MIN_LIST + 6 ? [''] : [])];
  const tabs = tabsLine(state, table, found.length, scene);
  // The tabs, the titles of the table, and the line of keys.
  const rowRoom = Math.max(0, height - above.length - 3);
  const page = { rows: rows.length, room: rowRoom, orders: table.orders.length };
  const list = state.isHelp ? HELP.slice(0, rowRoom + 1) : listLines(table, rows, view.offset, rowRoom, scene);
  const body = [...above, tabs, ...list];
  const fill = Array.from({ length: Math.max(0, height - body.length - 1) }, () => '');
  return {
    lines: [...body, ...fill]
      .slice(0, height - 1)
      .concat(footer)
      .slice(0, height),
    page,
  };
}

function headLine({ directory, nowMicros, timeZone, width, style }: TopScene): string {
  const right = momentFormat(timeZone).time(nowMicros);
  const left = cutTo(printable(directory), Math.max(8, width - right.length - 2));
  const gap = Math.max(1, width - cellWidth(left) - right.length);
  return `${style('accent', left)}${' '.repeat(gap)}${style('quiet', right)}`;
}

function listLines(
  table: PaneTable,
  rows: ReturnType<typeof filteredRows>,
  offset: number,
  room: number,
  { width, style }: TopScene,
): string[] {
  if (rows.length === 0) {
    return [
      style('quiet', table.rows.length === 0 ? table.empty : 'No row holds this text. Esc takes the filter away.'),
    ];
  }
  const first = Math.max(0, Math.min(offset, rows.length - room));
  const [titles = '', ...lines] = renderTable(table.columns, rows, { width, style });
  return [titles, ...lines.slice(first, first + room)];
}

/** ` 1 Nodes   2 Tasks …`, and on the right what is shown of the list. */
function tabsLine(state: TopState, table: PaneTable, count: number, { width, style }: TopScene): string {
  const tabs = TOP_PANES.map((pane, index) => {
    const text = `${index + 1} ${TITLES[pane]}`;
    // Without colours too it must be seen which one is meant.
    return pane === state.pane ? style('strong', `[${text}]`) : style('quiet', ` ${text} `);
  }).join(' ');
  const { filter, order } = state.views[state.pane];
  const filtered = filter === '' ? '' : ` with "${printable(filter)}"`;
  const right = state.isHelp ? 'any key leaves help' : `${count}${filtered}, by ${table.orders[order] ?? ''}`;
  const gap = width - cellWidth(tabs) - cellWidth(right);
  return gap < 2 ? tabs : `${tabs}${' '.repeat(gap)}${style('quiet', right)}`;
}

function footerLine(state: TopState, { figures, nowMicros, width, style }: TopScene): string {
  if (state.isTyping) return `/${printable(state.views[state.pane].filter)}█`;
  const newest = figures.events?.[0]?.atMicros;
  const age = newest === undefined ? undefined : (nowMicros - newest) / 1e6;
  const news =
    age === undefined || age < STALE_SECONDS
      ? 'only reads; `up` keeps it fresh'
      : `nothing happened for ${formatSeconds(Math.floor(age))}; is \`up\` running?`;
  const gap = width - KEYS.length - cellWidth(news);
  return style('quiet', gap < 2 ? KEYS : `${KEYS}${' '.repeat(gap)}${news}`);
}
