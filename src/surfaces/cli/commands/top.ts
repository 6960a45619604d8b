import { CommandError } from '../command-error.ts';
import { defineCommand } from '../command.ts';

export const topCommand = defineCommand({
  description:
    'Shows the cluster on the whole terminal, over and over: what needs attention, the queue, what ended, cost and ' +
    'budgets, alerts, and lists of nodes, tasks, insights and events to sort, filter and scroll; ? lists the keys. It ' +
    'only reads what is stored: `amicus-metrics up` follows the cluster and keeps the store fresh.',
  arguments: {},
  options: {},
  examples: [{ line: 'amicus-metrics top', doc: 'beside `amicus-metrics up` in another window' }],
  endsItself: true,
  async run(context) {
    if (!context.isTTY || context.env['TERM'] === 'dumb') {
      throw new CommandError(
        'WRONG_USAGE',
        'top draws on a terminal, and the output is none.',
        'Use `amicus-metrics status`, with --json for programs, or `amicus-metrics up` for lines that go on.',
      );
    }
    const { runTop } = await import('../live/top-session.ts');
    await runTop(context);
    return undefined;
  },
});
