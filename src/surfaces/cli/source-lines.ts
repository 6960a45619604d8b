import type { ClientActivity, SourceActivity } from '../../analysis/reports/source-activity.ts';
import type { NoticeBook } from '../../sources/notice-record.ts';
import { type ClientSetup, ORIGIN_LINE } from '../../sources/otlp/client-setup.ts';
import { LEFT_OUT, type ReceiverRecord } from '../../sources/otlp/receiver-record.ts';
import type { CommandContext } from './context.ts';
import { isNews, noticeWords } from './live/source-notices.ts';
import type { AnswerColumn } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import { formatCount } from './terminal/units.ts';

/** Something that came and was not kept. */
export type LeftOut = { readonly client: string; readonly reason: string; readonly count: number };
/** A complaint of a running source. */
export type SourceComplaint = {
  readonly source: string;
  readonly code: string;
  readonly count: number;
  readonly lastMicros: number;
};

/** What the receiver took and did not keep, most first. */
export function leftOutOf({ clients, refused }: ReceiverRecord): LeftOut[] {
  const kept = Object.entries(clients).flatMap(([client, { left }]) =>
    Object.entries(left).map(([reason, count]) => ({ client, reason, count })),
  );
  const turnedAway = Object.entries(refused).map(([status, count]) => ({
    client: 'any',
    reason: `refused.${status}`,
    count,
  }));
  return [...kept, ...turnedAway].sort((a, b) => b.count - a.count);
}

export function complaintsOf(book: NoticeBook): SourceComplaint[] {
  return Object.entries(book).flatMap(([source, notices]) =>
    Object.entries(notices)
      .filter(([code]) => isNews(code))
      .map(([code, { count, atMicros }]) => ({ source, code, count, lastMicros: atMicros })),
  );
}

/** Why something was not kept, in words. */
export function reasonText(reason: string): string {
  const [kind, detail = ''] = reason.split('.');
  if (kind === 'rejected') return `records that could not be understood: ${detail.replaceAll('_', ' ')}`;
  if (kind === 'refused') return `requests refused with status ${detail}`;
  return Object.hasOwn(LEFT_OUT, reason) ? LEFT_OUT[reason as keyof typeof LEFT_OUT] : reason.replaceAll('_', ' ');
}

type Counted<Row> = { readonly key: string; readonly title: string; readonly raw: (row: Row) => number | undefined };

function figure<Row>({ key, title, raw }: Counted<Row>): AnswerColumn<Row> {
  const show = (row: Row): string => {
    const value = raw(row);
    return value === undefined ? '–' : formatCount(value);
  };
  return { key, title, align: 'right', raw, show };
}

function last<Row extends { readonly lastMicros: number | undefined }>(context: CommandContext): AnswerColumn<Row> {
  const moments = momentFormat(context.timeZone);
  return {
    key: 'last_event',
    title: 'last event',
    raw: ({ lastMicros }) => (lastMicros === undefined ? undefined : lastMicros / 1e6),
    show: ({ lastMicros }) => (lastMicros === undefined ? '–' : moments.dateTime(lastMicros)),
  };
}

export function sourceColumns(context: CommandContext): AnswerColumn<SourceActivity>[] {
  return [
    { key: 'source', title: 'source', raw: ({ source }) => source },
    figure({ key: 'events', title: 'events', raw: ({ events }) => events }),
    last(context),
  ];
}

export function clientColumns(context: CommandContext): AnswerColumn<ClientActivity>[] {
  return [
    { key: 'client', title: 'client', raw: ({ client }) => client },
    { key: 'feed', title: 'told by', raw: ({ feed }) => feed },
    figure({ key: 'events', title: 'events', raw: ({ events }) => events }),
    figure({ key: 'requests', title: 'requests', raw: ({ requests }) => requests }),
    figure({ key: 'events_with_node', title: 'with a node', raw: ({ withNode }) => withNode }),
    figure({ key: 'events_with_task', title: 'with a task', raw: ({ withTask }) => withTask }),
    { key: 'nodes_by_session', raw: ({ nodeBySession }) => nodeBySession },
    { key: 'tasks_by_session', raw: ({ taskBySession }) => taskBySession },
    { key: 'tasks_by_claim', raw: ({ taskByClaim }) => taskByClaim },
    last(context),
  ];
}

export const LEFT_OUT_COLUMNS: readonly AnswerColumn<LeftOut>[] = [
  { key: 'client', title: 'client', raw: ({ client }) => client },
  figure({ key: 'count', title: 'count', raw: ({ count }) => count }),
  { key: 'reason', title: 'not kept', raw: ({ reason }) => reason, show: ({ reason }) => reasonText(reason) },
];

export function complaintColumns(context: CommandContext): AnswerColumn<SourceComplaint>[] {
  return [
    { key: 'source', title: 'source', raw: ({ source }) => source },
    figure({ key: 'count', title: 'times', raw: ({ count }) => count }),
    { key: 'code', title: 'notice', raw: ({ code }) => code, show: ({ code }) => noticeWords(code) },
    last(context),
  ];
}

/** How much of what clients told is known to be somebody's work, and how. */
export function attributionText(clients: readonly ClientActivity[]): string[] {
  const sum = (of: (client: ClientActivity) => number): number => clients.reduce((total, row) => total + of(row), 0);
  const events = sum((row) => row.events);
  const part = (count: number): string => `${formatCount(count)} (${Math.round((100 * count) / events)} %)`;
  const [withNode, withTask] = [sum((row) => row.withNode), sum((row) => row.withTask)];
  const nodeBySession = sum((row) => row.nodeBySession);
  const [taskBySession, taskByClaim] = [sum((row) => row.taskBySession), sum((row) => row.taskByClaim)];
  const told = `Of ${formatCount(events)} events of clients, ${part(withNode)} name a node and ${part(withTask)} a task.`;
  if (nodeBySession + taskBySession + taskByClaim === 0) return [told];
  return [
    told,
    `Of the usage that names none, costs are attributed to a node by the client's session for ${part(nodeBySession)}; ` +
      `to a task by the session for ${part(taskBySession)}, and by the task that the node held for ${part(taskByClaim)}.`,
  ];
}

/** Which lines to set, client by client. */
export function setupLines(setups: readonly ClientSetup[]): string[] {
  const lines = setups.flatMap(({ client, place, lines: own }) => ['', `${client} (${place})`, ...own.map(indented)]);
  return [
    ...lines,
    '',
    'Any of them, so that its work is known to be of a node and a task (environment)',
    indented(ORIGIN_LINE),
  ];
}

const indented = (line: string): string => `    ${line}`;
