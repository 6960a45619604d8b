import type { TaskSummary } from '../../analysis/reports/task-list.ts';
import type { AnswerColumn } from './print-rows.ts';
import { momentFormat } from './terminal/moments.ts';
import type { Tone } from './terminal/style.ts';
import { formatSeconds } from './terminal/units.ts';

const TONES: Readonly<Record<string, Tone>> = {
  working: 'good',
  released: 'warning',
  pending: 'strong',
  failure: 'bad',
  abandoned: 'bad',
  success: 'good',
};

/** What a list shows of each task. */
export function taskColumns(timeZone: string): AnswerColumn<TaskSummary>[] {
  const moments = momentFormat(timeZone);
  const toned = (text: string | undefined) =>
    text === undefined ? '–' : { text, tone: TONES[text] ?? ('quiet' as const) };
  return [
    { key: 'task_id', title: 'task', raw: ({ taskId }) => taskId },
    { key: 'state', title: 'state', raw: ({ state }) => state, show: ({ state }) => toned(state) },
    { key: 'outcome', title: 'outcome', raw: ({ outcome }) => outcome, show: ({ outcome }) => toned(outcome) },
    { key: 'node_id', title: 'node', raw: ({ nodeId }) => nodeId },
    { key: 'priority', title: 'priority', optional: true, raw: ({ priority }) => priority },
    { key: 'attempts', title: 'tries', align: 'right', raw: ({ attempts }) => attempts },
    {
      key: 'queue_seconds',
      title: 'queued',
      align: 'right',
      raw: ({ queueSeconds }) => queueSeconds,
      show: ({ queueSeconds }) => formatSeconds(queueSeconds),
    },
    {
      key: 'work_seconds',
      title: 'worked',
      align: 'right',
      raw: ({ workSeconds }) => workSeconds,
      show: ({ workSeconds }) => formatSeconds(workSeconds),
    },
    {
      key: 'last_timestamp',
      title: 'last event',
      optional: true,
      raw: ({ lastMicros }) => lastMicros / 1e6,
      show: ({ lastMicros }) => moments.dateTime(lastMicros),
    },
  ];
}
