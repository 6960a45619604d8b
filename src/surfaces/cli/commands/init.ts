import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { clientSetups } from '../../../sources/otlp/client-setup.ts';
import type { Aim, FilePlan } from '../../setup/plan-change.ts';
import { defineCommand, flagOption, listOption, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { planLines } from '../init-lines.ts';
import { isAgreed } from '../is-agreed.ts';
import { receiverAddress } from '../receiver-address.ts';
import { setupLines } from '../source-lines.ts';
import { printable } from '../terminal/printable.ts';

/** A folder that the person named for this run is named for the proxies too; one from the environment they get anyway. */
function directoryOptions({ directoryNamed, directory, env }: CommandContext): readonly string[] {
  const isFromEnvironment = [env['CONTEXT_BUS_DIR'], env['AMICUS_METRICS_DIRECTORY']].some(
    (value) => (value ?? '') !== '',
  );
  return directoryNamed && !isFromEnvironment ? ['--dir', resolve(directory)] : [];
}

async function aimOf(context: CommandContext, given: { undo: boolean; launcher: string | undefined }): Promise<Aim> {
  if (given.undo) return { undo: true };
  const { launcherOf } = await import('../../setup/launcher.ts');
  const launcher =
    given.launcher?.split(/\s+/).filter((word) => word !== '') ??
    launcherOf(context.env['PATH'], process.argv[1] ?? '');
  return { undo: false, launcher, options: directoryOptions(context) };
}

async function plansOf(
  context: CommandContext,
  home: string,
  aim: Aim,
  chosen: readonly string[],
): Promise<FilePlan[]> {
  const [{ clientFiles }, { planChange }] = await Promise.all([
    import('../../setup/client-files.ts'),
    import('../../setup/plan-change.ts'),
  ]);
  const isChosen = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
  return clientFiles({ home, project: context.cwd, platform: process.platform }).flatMap((file) => {
    try {
      return [planChange(file, readFileSync(file.path, 'utf8'), aim, isChosen)];
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && /^(?:ENOENT|ENOTDIR)$/.test(String(error.code));
      if (!isMissing) context.note(printable(`${file.path} could not be read and is left alone.`));
      return [];
    }
  });
}

async function make(context: CommandContext, plans: readonly FilePlan[]): Promise<ExitCode> {
  const { writeChange } = await import('../../setup/write-change.ts');
  const moment = new Date(context.clock.nowMicros() / 1_000).toISOString().slice(0, 19).replaceAll(':', '-');
  let failed = 0;
  for (const plan of plans) {
    try {
      const backup = writeChange(plan, moment);
      if (context.format === 'text') context.print(printable(`Changed ${plan.path}; as it was: ${backup}`));
    } catch (error) {
      failed += 1;
      context.note(printable(`Not changed: ${error instanceof Error ? error.message : String(error)}`));
    }
  }
  if (failed < plans.length) context.note('Clients that are running take this up when they start again.');
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

export const initCommand = defineCommand({
  description:
    'Finds the files in which Claude Code, Claude Desktop, Cursor, VS Code, Gemini CLI, Qwen Code, Codex, Copilot CLI, ' +
    'OpenCode and Windsurf keep their MCP servers, in your home folder and in this workspace, and puts `amicus-metrics ' +
    'wrap` before each server that is a process. Shows every change and asks before it makes any; keeps a copy of each ' +
    'file; leaves comments and everything else in it as they are. A second run changes nothing; --undo takes it back. ' +
    'With --telemetry it prints the lines that make each client send its telemetry.',
  arguments: {},
  options: {
    yes: flagOption('make the changes without asking', { short: 'y' }),
    undo: flagOption('take `wrap` away again'),
    server: listOption('<name>', 'only this server; may be given several times'),
    launcher: valueOption('<command>', 'how clients start amicus-metrics; default: found by itself'),
    home: valueOption('<folder>', 'the home folder to look in; default: yours'),
    telemetry: flagOption('only print the lines for telemetry'),
  },
  examples: [
    { line: 'amicus-metrics init', doc: 'show what would change, and ask' },
    { line: 'amicus-metrics init --server amicus --yes', doc: 'measure one server, without asking' },
    { line: 'amicus-metrics init --undo', doc: 'take it back' },
  ],
  async run(context, { options }) {
    if (options.telemetry) {
      const setups = clientSetups(receiverAddress(context));
      if (context.format === 'text') for (const line of setupLines(setups).slice(1)) context.print(line);
      else context.printJson(setups);
      return EXIT.ok;
    }
    const home = resolve(context.cwd, options.home ?? homedir());
    const plans = await plansOf(context, home, await aimOf(context, options), options.server);
    const changes = plans.filter(({ before, after }) => before !== after);
    if (context.format === 'json') {
      context.printJson({
        files: plans.map(({ client, path, servers, problem, difference }) => ({
          client,
          path,
          servers,
          problem,
          difference,
        })),
      });
    } else {
      for (const plan of plans) for (const line of planLines(plan, context.style)) context.print(line);
      if (plans.length === 0) context.print('No file with MCP servers was found here or in the home folder.');
      else if (changes.length === 0) context.print('There is nothing to change.');
    }
    if (changes.length === 0) return EXIT.ok;
    const those = changes.length === 1 ? 'this file' : `these ${changes.length} files`;
    const question = `Change ${those}? A copy of each is kept beside it.`;
    const isWanted = options.yes || (await isAgreed(context, question, 'make these changes'));
    return isWanted ? make(context, changes) : EXIT.ok;
  },
});
