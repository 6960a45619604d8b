import type { CommandContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

/** A positional argument. Their order in the definition is their order on the command line. */
export type Argument<Value = unknown> = {
  readonly doc: string;
  readonly shape: 'required' | 'optional' | 'rest';
  /** Never read: carries the type of the value. */
  readonly valueType?: Value;
};

/** An option. Its long name is its key in kebab case: `groupBy` is `--group-by`. */
export type Option<Value = unknown> = {
  readonly doc: string;
  readonly shape: 'flag' | 'value' | 'list';
  /** What stands for the value in help: `<count>`. Absent for flags. */
  readonly placeholder?: string;
  /** One letter, without its dash. */
  readonly short?: string;
  /** Words that completion may offer and help lists. */
  readonly words?: readonly string[];
  /** Turns the text into the value; throws CommandError `WRONG_USAGE` naming what would be right. */
  readonly parse?: (text: string, flag: string) => unknown;
  /** Never read: carries the type of the value. */
  readonly valueType?: Value;
};

export type Arguments = Readonly<Record<string, Argument>>;
export type Options = Readonly<Record<string, Option>>;

type ArgumentValues<A extends Arguments> = {
  readonly [K in keyof A]: A[K] extends Argument<infer Value> ? Value : never;
};
type OptionValues<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer Value> ? Value : never };

/** What was typed after the command's name, parsed. */
export type Input<A extends Arguments, O extends Options> = {
  readonly arguments: ArgumentValues<A>;
  readonly options: OptionValues<O>;
};

/** A line that works as it stands, and what it is for. */
type Example = { readonly line: string; readonly doc: string };

/** What a command's file says of it; its name and its summary stand in `commands/index.ts`, so that help is cheap. */
export type CommandDefinition<A extends Arguments = Arguments, O extends Options = Options> = {
  /** Sentences below the usage line: what it reads, what it changes, what it prints. */
  readonly description: string;
  readonly arguments: A;
  readonly options: O;
  readonly examples: readonly Example[];
  /** True for commands that watch `signal` and end by themselves; Ctrl-C ends all others at once. */
  readonly endsItself?: boolean;
  /** Does it. Parses nothing, computes nothing: asks and prints. Resolves to the exit code; nothing means `EXIT.ok`. */
  run(context: CommandContext, input: Input<A, O>): Promise<ExitCode | undefined>;
};

/** A command with types that no longer matter: what the index loads. */
export type AnyCommand = {
  readonly description: string;
  readonly arguments: Arguments;
  readonly options: Options;
  readonly examples: readonly Example[];
  readonly endsItself?: boolean;
  run(context: CommandContext, input: Input<Arguments, Options>): Promise<ExitCode | undefined>;
};

/** A command in the index: enough for help, and how to get the rest. */
export type CommandEntry = {
  readonly name: string;
  /** At most 60 characters, no full stop: one line of `amicus-metrics --help`. */
  readonly summary: string;
  readonly load: () => Promise<AnyCommand>;
};

/** Declare a command. Types of arguments and options follow from how they are declared. */
export function defineCommand<const A extends Arguments, const O extends Options>(
  definition: CommandDefinition<A, O>,
): AnyCommand {
  return definition;
}

/** An argument that must be there. */
export function argument(doc: string): Argument<string> {
  return { doc, shape: 'required' };
}

/** An argument that may be absent. Only after all required ones. */
export function optionalArgument(doc: string): Argument<string | undefined> {
  return { doc, shape: 'optional' };
}

/** All further arguments, none included. Only as the last one. */
export function restArgument(doc: string): Argument<readonly string[]> {
  return { doc, shape: 'rest' };
}

/** A switch. */
export function flagOption(doc: string, more: { readonly short?: string } = {}): Option<boolean> {
  return { doc, shape: 'flag', ...more };
}

type ValueSettings = {
  readonly short?: string;
  readonly words?: readonly string[];
};
type ParsedSettings<Value> = ValueSettings & { readonly parse: (text: string, flag: string) => Value };

/** An option with a value; `undefined` when it is not given. Without `parse` the text itself. */
export function valueOption<Value>(
  placeholder: string,
  doc: string,
  more: ParsedSettings<Value>,
): Option<Value | undefined>;
export function valueOption(placeholder: string, doc: string, more?: ValueSettings): Option<string | undefined>;
export function valueOption(placeholder: string, doc: string, more: ValueSettings = {}): Option<string | undefined> {
  return { doc, shape: 'value', placeholder, ...more };
}

/** An option that may be given several times; the values in their order, an empty list when it is not given. */
export function listOption<Value>(
  placeholder: string,
  doc: string,
  more: ParsedSettings<Value>,
): Option<readonly Value[]>;
export function listOption(placeholder: string, doc: string, more?: ValueSettings): Option<readonly string[]>;
export function listOption(placeholder: string, doc: string, more: ValueSettings = {}): Option<readonly string[]> {
  return { doc, shape: 'list', placeholder, ...more };
}
