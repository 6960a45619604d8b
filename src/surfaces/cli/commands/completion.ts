import type { RootCommand } from '@bomb.sh/tab';

import { loadConfig } from '../../../config/index.ts';
import type { Metric } from '../../../metrics/define-metric.ts';
import { type Catalogue, catalogueOf } from '../../../metrics/index.ts';
import { CommandError } from '../command-error.ts';
import { type AnyCommand, argument, type CommandEntry, defineCommand, restArgument } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { buildProgram, flagOf } from '../program.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
/** What the scripts call for each press of the key: a command of its own, so that nothing else has to know of it. */
const ASK = 'complete';

const HOW: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: 'source <(amicus-metrics completion bash)',
  zsh: 'source <(amicus-metrics completion zsh)',
  fish: 'amicus-metrics completion fish | source',
  powershell: 'amicus-metrics completion powershell | Out-String | Invoke-Expression',
};

/** Arguments and options that take the name of a metric, and those that take a field of it. */
const TAKES_METRIC: readonly string[] = ['metric', 'metrics'];
const TAKES_FIELD: readonly string[] = ['by', 'groupBy', 'where', 'field', 'order', 'distinct'];
/** Those that take a file, where the shell itself knows best. */
const TAKES_FILE: readonly string[] = ['file', 'files', 'output', 'path'];
const SPANS = ['1h', '24h', '7d', '30d'];

type Offer = (value: string, description: string) => void;

async function loadCommands(words: readonly string[]): Promise<Map<string, AnyCommand>> {
  const { COMMANDS } = await import('./index.ts');
  const named = COMMANDS.filter(({ name }) => words.includes(name));
  return new Map(await Promise.all(named.map(async (entry) => [entry.name, await entry.load()] as const)));
}

/** The commands as the completion library knows them: taken over from commander, with our values added. */
async function buildCompleter(
  entries: readonly CommandEntry[],
  loaded: ReadonlyMap<string, AnyCommand>,
  offersOf: (key: string, words: readonly string[] | undefined) => ((offer: Offer) => void) | undefined,
): Promise<RootCommand> {
  const { default: adapt } = await import('@bomb.sh/tab/commander');
  const nothing = (): void => {};
  const completer = adapt(buildProgram({ entries, loaded, helpWidth: 80, writeOut: nothing, onInvoke: nothing }));
  for (const [name, definition] of loaded) {
    const command = completer.commands.get(name);
    // Options that hold for every command may stand behind its name as well.
    for (const [flag, option] of completer.options) if (!command?.options.has(flag)) command?.options.set(flag, option);
    for (const [key, { words }] of Object.entries(definition.options)) {
      const option = command?.options.get(flagOf(key).slice(2));
      const offers = offersOf(key, words);
      if (option !== undefined && offers !== undefined) option.handler = offers;
    }
    for (const [key, value] of command?.arguments ?? []) {
      const offers = offersOf(key, undefined);
      if (offers !== undefined) value.handler = offers;
    }
  }
  const since = completer.options.get('since');
  if (since !== undefined) since.handler = (offer) => SPANS.forEach((span) => offer(span, 'how far back'));
  const zone = completer.options.get('tz');
  if (zone !== undefined)
    zone.handler = (offer) => Intl.supportedValuesOf('timeZone').forEach((name) => offer(name, ''));
  return completer;
}

function offerMetrics(catalogue: Catalogue): (offer: Offer) => void {
  return (offer) => {
    for (const { name, doc } of catalogue.values()) offer(name, doc);
  };
}

function offerFields(metrics: readonly Metric[]): (offer: Offer) => void {
  return (offer) => {
    for (const { fields } of metrics) for (const [name, { doc }] of Object.entries(fields)) offer(name, doc);
  };
}

/** Whether the word that is being typed is the path of a file. */
function wantsFile(words: readonly string[], loaded: ReadonlyMap<string, AnyCommand>): boolean {
  const before = words.at(-2) ?? '';
  for (const { options } of loaded.values()) {
    for (const [key, { short, shape }] of Object.entries(options)) {
      const isThis = before === flagOf(key) || (short !== undefined && before === `-${short}`);
      if (isThis && shape !== 'flag') return TAKES_FILE.includes(key);
    }
  }
  const [command] = loaded.values();
  const current = words.at(-1) ?? '';
  return !current.startsWith('-') && Object.keys(command?.arguments ?? {}).some((key) => TAKES_FILE.includes(key));
}

/** Prints what could stand where the last word is, one on each line, and last a number that tells the shell what to do. */
async function complete(context: CommandContext, words: readonly string[]): Promise<void> {
  const { COMMANDS } = await import('./index.ts');
  const { ShellCompDirective } = await import('@bomb.sh/tab');
  const loaded = await loadCommands(words.slice(0, -1));
  if (wantsFile(words, loaded)) {
    context.print(`:${ShellCompDirective.ShellCompDirectiveDefault}`);
    return;
  }
  const { customMetrics } = loadConfig({ directory: context.directory, environment: context.env });
  const catalogue = catalogueOf(customMetrics);
  const named = [...catalogue.values()].filter(({ name }) => words.includes(name));
  const completer = await buildCompleter(COMMANDS, loaded, (key, fixed) => {
    if (fixed !== undefined) return (offer) => fixed.forEach((word) => offer(word, ''));
    if (key === 'shell') return (offer) => SHELLS.forEach((shell) => offer(shell, ''));
    if (TAKES_METRIC.includes(key)) return offerMetrics(catalogue);
    return TAKES_FIELD.includes(key) ? offerFields(named) : undefined;
  });
  completer.parse([...words]);
}

export const completionCommand = defineCommand({
  description:
    'Prints a script that completes commands, options, metrics and fields when the tab key is pressed. ' +
    'bash needs the package bash-completion.',
  arguments: {
    shell: argument(SHELLS.join(', ')),
    words: restArgument('what the script itself asks with'),
  },
  options: {},
  examples: SHELLS.map((shell) => ({ line: HOW[shell], doc: `for ${shell}, in its start-up file` })),
  async run(context, { arguments: { shell, words } }) {
    if (shell === ASK) {
      await complete(context, words);
      return EXIT.ok;
    }
    const known = SHELLS.find((each) => each === shell);
    if (known === undefined) {
      throw new CommandError(
        'WRONG_USAGE',
        `There is no completion for "${shell}".`,
        `Choose one of ${SHELLS.join(', ')}.`,
      );
    }
    const { script } = await import('@bomb.sh/tab');
    script(known, 'amicus-metrics', 'amicus-metrics completion');
    return EXIT.ok;
  },
});
