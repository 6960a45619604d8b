import { taskTrace } from '../../../analysis/reports/task-trace.ts';
import { CommandError } from '../command-error.ts';
import { argument, defineCommand, flagOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { spanOf } from '../span-of.ts';
import { printable } from '../terminal/printable.ts';
import { printTrace } from '../trace-lines.ts';

export const traceCommand = defineCommand({
  description:
    "Draws one task's life: waiting in the queue, each node's turn and how it ended, with tool calls and operations on " +
    "the state file as marks. Operations on the state file carry no task: those of the task's node during its turn count.",
  arguments: { task: argument('the id of the task, as `amicus-metrics tasks` lists it') },
  options: { events: flagOption('also list every event below the picture') },
  examples: [{ line: 'amicus-metrics trace task-42 --events', doc: 'the picture, and every event of it' }],
  async run(context, { arguments: { task }, options }) {
    const collector = await context.collector();
    const trace = await taskTrace(collector, task, spanOf(context), context.clock.nowMicros());
    if (trace === undefined) {
      throw new CommandError(
        'NOT_FOUND',
        `No event names the task "${printable(task)}"${context.since === undefined ? '' : ' in this time'}.`,
        'Run `amicus-metrics tasks` to see which there are.',
      );
    }
    if (context.format === 'text') printTrace(context, trace, options.events);
    else context.printJson(trace);
    return EXIT.ok;
  },
});
