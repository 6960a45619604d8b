import type { ClusterStatus } from '../../../analysis/reports/cluster-status.ts';
import type { NodeNow } from '../../../analysis/reports/nodes-now.ts';
import type { DropReason } from '../../../model/event.ts';
import { nodeColumns } from '../node-columns.ts';
import { tableLines } from '../print-rows.ts';
import { lockText, nodesText, queueText, stateText, throughputSpark, throughputText } from '../status-lines.ts';
import { dropText } from '../store-lines.ts';
import { cellWidth, cutTo } from '../terminal/cells.ts';
import { printable } from '../terminal/printable.ts';
import type { Style, Tone } from '../terminal/style.ts';
import { formatBytes, formatCount, formatSeconds } from '../terminal/units.ts';

/** Something worth a line of its own while following. Its text is safe to print. */
export type Note = { readonly time: string; readonly text: string; readonly tone: Tone | undefined };

/** What a live view shows at one moment. */
export type Frame = {
  readonly directory: string;
  readonly elapsedSeconds: number;
  /** How long it will follow; absent: until it is stopped. */
  readonly totalSeconds: number | undefined;
  readonly status: ClusterStatus;
  readonly storedEvents: number;
  readonly spoolBytes: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Latest last. */
  readonly notes: readonly Note[];
  /** Set when the last look at the store failed; the rest is as it was before. */
  readonly problem: string | undefined;
  /** Opens the dashboard: whole, or of no use. Absent: there is none. */
  readonly link?: string | undefined;
};

export type FrameSize = { readonly width: number; readonly height: number; readonly style: Style };

/** Rows of the view beside nodes and notes, blank lines included. */
const MIN_NOTES = 3;
const TITLE_WIDTH = 7;
const MAX_NOTES = 12;

function timeText({ elapsedSeconds, totalSeconds }: Frame): string {
  const elapsed = formatSeconds(Math.floor(elapsedSeconds));
  return totalSeconds === undefined ? elapsed : `${elapsed} of ${formatSeconds(totalSeconds)}`;
}

/** `12,345 events stored, spool 3 kB, nothing dropped`. */
function recordingText({ storedEvents, spoolBytes, dropped }: Frame): string {
  return `${formatCount(storedEvents)} events stored, spool ${formatBytes(spoolBytes)}, ${dropText(dropped)}`;
}

/** Nodes worth a row: those that live, then those that have just gone, as many as fit. */
function nodeLines(nodes: readonly NodeNow[], frame: Frame, room: number, { width, style }: FrameSize): string[] {
  const rows = room - 1;
  if (nodes.length === 0 || rows < 1) return [];
  const cut = nodes.length > rows;
  const shown = cut ? nodes.slice(0, Math.max(0, rows - 1)) : nodes;
  const lines = tableLines(nodeColumns(frame.status.atMicros), shown, { width, style });
  return cut ? [...lines, style('quiet', `… ${nodes.length - shown.length} more nodes`)] : lines;
}

/** The link with its title, or alone where that is all that fits; cut it would open nothing. */
function linkLines(link: string | undefined, width: number, titled: (title: string, text: string) => string): string[] {
  if (link === undefined || link.length > width) return [];
  return [link.length + TITLE_WIDTH + 1 > width ? link : titled('Browser', link)];
}

/** Lines of a live view: at most `height` of them, none wider than `width`. */
export function frameLines(frame: Frame, size: FrameSize): string[] {
  const { width, height, style } = size;
  const { status } = frame;
  const titled = (title: string, text: string): string => `${style('strong', title.padEnd(TITLE_WIDTH))} ${text}`;
  const ends = 'q or Ctrl-C ends';
  const right = `${timeText(frame)}  ${ends}`;
  const head = cutTo(printable(frame.directory), Math.max(8, width - right.length - 2));
  const gap = Math.max(1, width - cellWidth(head) - right.length);
  const lock = lockText(status.state);
  const spark = throughputSpark(status, style);
  const top = [
    `${style('accent', head)}${' '.repeat(gap)}${style('quiet', right)}`,
    titled('Nodes', nodesText(status.nodes)),
    titled('Queue', queueText(status.queue, status.atMicros)),
    titled('Tasks', `last ${formatSeconds(status.windowSeconds)}: ${throughputText(status)}`),
    ...(spark === '' ? [] : [titled('', spark)]),
    titled('State', stateText(status.state)),
    ...(lock === '' ? [] : [titled('Lock', lock)]),
    titled('Metrics', recordingText(frame)),
    ...linkLines(frame.link, width, titled),
    ...(frame.problem === undefined ? [] : [style('bad', printable(frame.problem))]),
    '',
  ];
  const room = height - top.length;
  const nodes = nodeLines(status.nodes, frame, room - MIN_NOTES - 1, size);
  const noteRoom = Math.min(MAX_NOTES, room - nodes.length - (nodes.length > 0 ? 1 : 0));
  const notes = noteRoom > 0 ? frame.notes.slice(-noteRoom) : [];
  const noteLines = notes.map(({ time, text, tone }) => {
    const line = cutTo(`${time}  ${text}`, width);
    return tone === undefined ? line : style(tone, line);
  });
  return [...top, ...nodes, ...(nodes.length > 0 && notes.length > 0 ? [''] : []), ...noteLines].slice(0, height);
}

/** One line of what is now, for a log: `3 live: 2 working, 1 idle | 4 pending … | 9 ended … | …`. */
export function plainLine(frame: Frame): string {
  const { status } = frame;
  const { read, write } = status.state;
  const latency = (name: string, p95: number | undefined): string[] =>
    p95 === undefined ? [] : [`${name} p95 ${formatSeconds(p95 / 1_000)}`];
  const { completed } = status.throughput;
  return [
    nodesText(status.nodes),
    queueText(status.queue, status.atMicros),
    `${formatCount(completed)} ended in ${formatSeconds(status.windowSeconds)}`,
    ...latency('state read', read.duration.p95),
    ...latency('write', write.duration.p95),
    recordingText(frame),
    ...(frame.problem === undefined ? [] : [printable(frame.problem)]),
  ].join(' | ');
}
