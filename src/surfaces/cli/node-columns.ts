import type { NodeActivity } from '../../analysis/reports/node-activity.ts';
import type { NodeNow } from '../../analysis/reports/nodes-now.ts';
import type { AnswerColumn } from './print-rows.ts';
import type { Tone } from './terminal/style.ts';
import { formatCount, formatSeconds } from './terminal/units.ts';

const TONES: Readonly<Record<string, Tone>> = {
  working: 'good',
  waiting: 'warning',
  silent: 'bad',
  terminated: 'quiet',
  idle: 'quiet',
};

/** What the status of a node is called where none was ever told. */
export const NO_STATUS = 'no status';

/** A status with the tone it has everywhere. */
function statusCell(status: string | undefined): { text: string; tone: Tone } {
  const text = status ?? NO_STATUS;
  return { text, tone: TONES[text] ?? 'strong' };
}

const secondsSince = (micros: number | undefined, nowMicros: number): number | undefined =>
  micros === undefined ? undefined : Math.max(0, (nowMicros - micros) / 1e6);

/** Columns for nodes as they are now. */
export function nodeColumns(nowMicros: number): AnswerColumn<NodeNow>[] {
  return [
    { key: 'node_id', title: 'node', raw: ({ nodeId }) => nodeId },
    { key: 'role', title: 'role', optional: true, raw: ({ role }) => role },
    { key: 'model', title: 'model', optional: true, raw: ({ model }) => model },
    { key: 'status', title: 'status', raw: ({ status }) => status, show: ({ status }) => statusCell(status) },
    {
      key: 'status_seconds',
      title: 'for',
      align: 'right',
      raw: ({ sinceMicros }) => secondsSince(sinceMicros, nowMicros),
      show: ({ sinceMicros }) => formatSeconds(secondsSince(sinceMicros, nowMicros)),
    },
    { key: 'task_id', title: 'task', raw: ({ taskId }) => taskId },
    {
      key: 'task_seconds',
      title: 'working',
      align: 'right',
      raw: ({ taskSinceMicros }) => secondsSince(taskSinceMicros, nowMicros),
      show: ({ taskSinceMicros }) => formatSeconds(secondsSince(taskSinceMicros, nowMicros)),
    },
  ];
}

/** Columns for what nodes did in a span of time. */
export function activityColumns(nowMicros: number): AnswerColumn<NodeActivity>[] {
  const outcome = (word: string): AnswerColumn<NodeActivity> => ({
    key: word,
    title: word,
    align: 'right',
    raw: ({ share }) => share?.outcomes[word] ?? 0,
    show: ({ share }) => formatCount(share?.outcomes[word] ?? 0),
  });
  const duration = (quantile: 'p50' | 'p95'): AnswerColumn<NodeActivity> => ({
    key: `${quantile}_duration_seconds`,
    title: quantile,
    align: 'right',
    optional: true,
    raw: ({ share }) => share?.durationSeconds[quantile],
    show: ({ share }) => formatSeconds(share?.durationSeconds[quantile]),
  });
  const inStatus = (status: string): AnswerColumn<NodeActivity> => ({
    key: `${status}_seconds`,
    title: `${status} for`,
    align: 'right',
    optional: true,
    raw: ({ statusSeconds }) => statusSeconds[status],
    show: ({ statusSeconds }) => formatSeconds(statusSeconds[status]),
  });
  return [
    ...nodeColumns(nowMicros).filter(({ key }) => !['status_seconds', 'task_seconds'].includes(key)),
    { key: 'claimed', title: 'claimed', align: 'right', optional: true, raw: ({ share }) => share?.claimed ?? 0 },
    { key: 'ended', title: 'ended', align: 'right', raw: ({ share }) => share?.completed ?? 0 },
    outcome('success'),
    outcome('failure'),
    duration('p50'),
    duration('p95'),
    inStatus('working'),
    inStatus('idle'),
    inStatus('waiting'),
  ];
}
