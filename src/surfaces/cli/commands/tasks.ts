import { taskList, type TaskSummary } from '../../../analysis/reports/task-list.ts';
import { defineCommand, listOption, valueOption } from '../command.ts';
import { parseCount, parseWord } from '../option-values.ts';
import { type AnswerColumn, printRows } from '../print-rows.ts';
import { spanOf } from '../span-of.ts';
import { momentFormat } from '../terminal/moments.ts';
import type { Tone } from '../terminal/style.ts';
import { formatSeconds } from '../terminal/units.ts';

const DEFAULT_LIMIT = 20;
const STATES = ['pending', 'working', 'completed', 'released'] as const;
const TONES: Readonly<Record<string, Tone>> = {
  working: 'good',
  released: 'warning',
  pending: 'strong',
  failure: 'bad',
  abandoned: 'bad',
  success: 'good',
};

function columnsOf(timeZone: string): AnswerColumn<TaskSummary>[] {
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

export const tasksCommand = defineCommand({
  description: 'Lists tasks, the latest activity first. `amicus-metrics trace <task>` shows the life of one.',
  arguments: {},
  options: {
    state: listOption('<state>', `only tasks that are ${STATES.join(', ')}`, {
      words: STATES,
      parse: parseWord(STATES),
    }),
    node: valueOption('<node>', 'only tasks that this node has, or had last'),
    limit: valueOption('<count>', `at most so many tasks (default ${DEFAULT_LIMIT})`, {
      short: 'n',
      parse: parseCount,
    }),
  },
  examples: [
    { line: 'amicus-metrics tasks --state working', doc: 'what is being worked on' },
    { line: 'amicus-metrics tasks --since 24h --limit 100 --csv', doc: 'the tasks of a day for a spreadsheet' },
  ],
  async run(context, { options }) {
    const collector = await context.collector();
    const { tasks, complete } = await taskList(collector, spanOf(context), context.clock.nowMicros());
    const chosen = tasks.filter(
      ({ state, nodeId }) =>
        (options.state.length === 0 || options.state.includes(state)) &&
        (options.node === undefined || options.node === nodeId),
    );
    const shown = chosen.slice(0, options.limit ?? DEFAULT_LIMIT);
    printRows(context, columnsOf(context.timeZone), shown, 'No such task in this time.');
    if (shown.length < chosen.length) {
      context.note(`${chosen.length - shown.length} more; --limit shows them.`);
    }
    if (!complete)
      context.note('The span has more task events than were read: narrow it with --since for older tasks.');
    return undefined;
  },
});
