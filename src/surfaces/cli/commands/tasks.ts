import { taskList } from '../../../analysis/reports/task-list.ts';
import { defineCommand, listOption, valueOption } from '../command.ts';
import { parseCount, parseWord } from '../option-values.ts';
import { printRows } from '../print-rows.ts';
import { spanOf } from '../span-of.ts';
import { taskColumns } from '../task-columns.ts';

const DEFAULT_LIMIT = 20;
const STATES = ['pending', 'working', 'completed', 'released'] as const;
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
    printRows(context, taskColumns(context.timeZone), shown, 'No such task in this time.');
    if (shown.length < chosen.length) {
      context.note(`${chosen.length - shown.length} more; --limit shows them.`);
    }
    if (!complete)
      context.note('The span has more task events than were read: narrow it with --since for older tasks.');
    return undefined;
  },
});
