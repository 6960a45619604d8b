import { existsSync } from 'node:fs';

import { defineCommand, flagOption, valueOption } from '../command.ts';
import { parseMillis } from '../option-values.ts';

const EXAMPLE_MILLIS = 60_000;

export const upCommand = defineCommand({
  description:
    'Follows the cluster of the context folder until Ctrl-C: watches its state file, stores what happens, keeps the store ' +
    'in order and shows it live; then prints an overview. Nothing in the cluster has to be changed for it. ' +
    'In a folder without a cluster it starts an example cluster in a temporary workspace and follows that for a minute.',
  arguments: {},
  options: {
    for: valueOption('<time>', 'end after so long; default: never, for the example 60s', { parse: parseMillis }),
    example: flagOption('start the example cluster even where there is a cluster'),
  },
  examples: [
    { line: 'amicus-metrics up', doc: 'in a workspace with .ai: that cluster; elsewhere: the example' },
    { line: 'amicus-metrics up --for 10m > cluster.log', doc: 'ten minutes as plain lines' },
  ],
  endsItself: true,
  async run(context, { options }) {
    const { followCluster, followExample } = await import('../live/up-session.ts');
    const named = context.directoryNamed;
    if (options.example || (!named && !existsSync(context.directory))) {
      return followExample(context, options.for ?? EXAMPLE_MILLIS);
    }
    return followCluster(context, options.for);
  },
});
