import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, restArgument, valueOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { receiverAddress } from '../receiver-address.ts';
import { printable } from '../terminal/printable.ts';

/** Clients differ in how they read anything else in OTEL_RESOURCE_ATTRIBUTES. */
function parseName(text: string, flag: string): string {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(text)) return text;
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} takes letters, digits, ".", "_" and "-", at most 128, and got "${text}".`,
    `For example ${flag} Node-X9J2.`,
  );
}

export const runCommand = defineCommand({
  description:
    'Runs an agent with its telemetry sent to the receiver of `amicus-metrics up`, and marked as the work of a node and ' +
    'a task. For this run only: no file is changed. Knows claude, codex, gemini, copilot, opencode and qwen by name; for ' +
    'any other command it sets OTEL_RESOURCE_ATTRIBUTES alone. Variables that are set already stay. Ends as the command ends.',
  arguments: { command: restArgument('-- and the command, with its arguments') },
  options: {
    node: valueOption('<node>', 'the node that the agent is', { parse: parseName }),
    task: valueOption('<task>', 'the task that it works on', { parse: parseName }),
    print: flagOption('print what would be run, and run nothing'),
  },
  examples: [
    { line: 'amicus-metrics run --node Node-X9J2 -- claude', doc: 'Claude Code as this node' },
    { line: 'amicus-metrics run --node Node-X9J2 --task task-7 -- codex exec "fix the test"', doc: 'for one task' },
  ],
  endsItself: true,
  async run(context, { arguments: { command: line }, options }) {
    const [command, ...rest] = line;
    if (command === undefined) {
      throw new CommandError(
        'WRONG_USAGE',
        'run needs a command after --.',
        'For example: amicus-metrics run --node Node-X9J2 -- claude.',
      );
    }
    const { measuredRun } = await import('../../setup/measured-run.ts');
    const { args, variables, notes } = measuredRun({
      command,
      args: rest,
      node: options.node,
      task: options.task,
      address: receiverAddress(context),
      environment: context.env,
    });
    for (const note of notes) context.note(printable(note));
    if (options.print) {
      if (context.format === 'json') context.printJson({ command, args, variables });
      else {
        for (const [name, value] of Object.entries(variables)) context.print(printable(`${name}=${value}`));
        context.print(printable([command, ...args].join(' ')));
      }
      return EXIT.ok;
    }
    const { runClient } = await import('../../setup/run-client.ts');
    return runClient(command, args, { ...context.env, ...variables });
  },
});
