import { existsSync, renameSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

import { CommandError } from '../command-error.ts';
import { argument, defineCommand, flagOption } from '../command.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { printable } from '../terminal/printable.ts';
import { formatBytes } from '../terminal/units.ts';

export const backupCommand = defineCommand({
  description:
    'Writes a consistent copy of the store to a file, while others go on recording. `restore` brings it back.',
  arguments: { file: argument('the file to write') },
  options: { force: flagOption('write over a file that is there') },
  examples: [{ line: 'amicus-metrics backup metrics-backup.db', doc: 'a copy beside the workspace' }],
  async run(context, { arguments: { file }, options }) {
    const path = resolve(context.cwd, file);
    if (existsSync(path) && !options.force) {
      throw new CommandError(
        'BAD_OUTPUT',
        `${path} is there already.`,
        'Choose another name, or write over it with --force.',
      );
    }
    const collector = await context.collector();
    const bar = progressBar(context.stderr, context.clock, context.style, 'Copying');
    try {
      // The old copy stays until the new one is whole.
      const written = existsSync(path) ? `${path}.${process.pid}.new` : path;
      await collector.backup(written, (part) => bar.update(part, ''));
      if (written !== path) renameSync(written, path);
    } finally {
      bar.end();
    }
    const sizeBytes = statSync(path).size;
    if (context.format === 'text') context.print(`Wrote ${printable(path)}, ${formatBytes(sizeBytes)}.`);
    else context.printJson({ path, sizeBytes });
    return undefined;
  },
});
