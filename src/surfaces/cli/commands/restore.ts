import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { CommandError } from '../command-error.ts';
import { argument, defineCommand } from '../command.ts';
import { printable } from '../terminal/printable.ts';
import { formatCount } from '../terminal/units.ts';

export const restoreCommand = defineCommand({
  description:
    'Puts a copy that `backup` wrote in the place of the store. The store that was there is kept beside it under another ' +
    'name. Stop `up` and whatever else reads the store first. What still lies in the spool goes into the restored store too.',
  arguments: { file: argument('the copy') },
  options: {},
  examples: [{ line: 'amicus-metrics restore metrics-backup.db', doc: 'back to the day of the copy' }],
  async run(context, { arguments: { file } }) {
    const path = resolve(context.cwd, file);
    if (!existsSync(path)) {
      throw new CommandError(
        'NOT_FOUND',
        `There is no file ${path}.`,
        'Give a file that `amicus-metrics backup` wrote.',
      );
    }
    const collector = await context.recordingCollector();
    const before = await collector.restore(path);
    const { events } = await collector.stats();
    if (context.format === 'text') {
      context.print(`Restored ${formatCount(events)} events from ${printable(path)}.`);
      if (before !== undefined) context.print(`The store that was there is now ${printable(before)}.`);
    } else context.printJson({ restored: path, events, before });
    return undefined;
  },
});
