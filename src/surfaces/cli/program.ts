import { Command } from 'commander';

import type { AnyCommand, Argument, CommandEntry, Input, Option } from './command.ts';
import { GLOBAL_OPTIONS, HELP_DOC, HELP_FLAGS, mainHelp, PROGRAM_DOC, PROGRAM_NAME } from './main-help.ts';

/** What was typed before or after the command's name and holds for every command. */
export type GlobalOptions = {
  readonly dir?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  /** False with `--no-color`. */
  readonly color: boolean;
};

/** A command that was found on the command line, with what was typed for it, parsed. */
export type Invocation = {
  readonly entry: CommandEntry;
  readonly command: AnyCommand;
  readonly input: Input<Record<string, Argument>, Record<string, Option>>;
};

type ProgramSettings = {
  readonly entries: readonly CommandEntry[];
  /** Those commands whose arguments and options are known; the others show in help by name and summary alone. */
  readonly loaded: ReadonlyMap<string, AnyCommand>;
  readonly helpWidth: number;
  readonly writeOut: (text: string) => void;
  readonly onInvoke: (invocation: Invocation) => void;
};

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The long flag of an option, `--group-by`. */
export function flagOf(key: string): string {
  return `--${kebab(key)}`;
}

const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

function declareArguments(target: Command, definition: AnyCommand): void {
  for (const [key, { doc, shape }] of Object.entries(definition.arguments)) {
    const name = kebab(key);
    target.argument({ required: `<${name}>`, optional: `[${name}]`, rest: `[${name}...]` }[shape], doc);
  }
}

function declareOptions(target: Command, definition: AnyCommand): void {
  for (const [key, option] of Object.entries(definition.options)) {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const flags = `${short}${flagOf(key)}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
    if (option.shape === 'list') {
      target.option(flags, option.doc, (text: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        text,
      ]);
    } else target.option(flags, option.doc);
  }
}

function parsedOption(key: string, option: Option, raw: unknown): unknown {
  if (option.shape === 'flag') return raw === true;
  const parse = option.parse ?? ((text: string) => text);
  const flag = flagOf(key);
  if (option.shape === 'list') return ((raw ?? []) as readonly string[]).map((text) => parse(text, flag));
  return raw === undefined ? undefined : parse(raw as string, flag);
}

function parsedInput(definition: AnyCommand, positional: readonly unknown[], raw: Readonly<Record<string, unknown>>) {
  const keys = Object.keys(definition.arguments);
  return {
    arguments: Object.fromEntries(keys.map((key, i) => [key, positional[i]])),
    options: Object.fromEntries(
      Object.entries(definition.options).map(([key, option]) => [key, parsedOption(key, option, raw[key])]),
    ),
  };
}

function exampleText(definition: AnyCommand): string {
  if (definition.examples.length === 0) return '';
  const lines = definition.examples.map(({ line, doc }) => `  ${line}\n      ${doc}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

/** The command line as commander knows it. Throws CommanderError instead of ending the process, and prints no errors. */
export function buildProgram({ entries, loaded, helpWidth, writeOut, onInvoke }: ProgramSettings): Command {
  const output = { writeOut, writeErr: () => {}, outputError: () => {}, getOutHelpWidth: () => helpWidth };
  const program = new Command(PROGRAM_NAME)
    .description(PROGRAM_DOC)
    .usage('<command> [options]')
    .helpOption(HELP_FLAGS, HELP_DOC)
    .helpCommand('help [command]', HELP_DOC)
    .configureOutput(output)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const [flags, doc] of GLOBAL_OPTIONS) program.option(flags, doc);
  program.helpInformation = () => mainHelp(entries, helpWidth);
  for (const entry of entries) {
    const target = program.command(entry.name).summary(entry.summary).description(entry.summary);
    target.configureOutput(output).exitOverride();
    const command = loaded.get(entry.name);
    if (command === undefined) continue;
    target.description(`${sentence(entry.summary)}\n\n${command.description}`);
    target.addHelpText('after', exampleText(command));
    declareArguments(target, command);
    declareOptions(target, command);
    target.action((...received: unknown[]) => {
      const positional = received.slice(0, -2);
      const raw = received.at(-2) as Readonly<Record<string, unknown>>;
      onInvoke({ entry, command, input: parsedInput(command, positional, raw) });
    });
  }
  return program;
}
