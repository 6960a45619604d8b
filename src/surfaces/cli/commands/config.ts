import {
  type AnySetting,
  CONFIG_FILE_NAME,
  type Config,
  configFilePlaces,
  formatSize,
  loadConfig,
  originText,
  SETTING_KEYS,
  type SettingKey,
  type Settings,
  SETTINGS,
} from '../../../config/index.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, optionalArgument } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type AnswerColumn, printRows } from '../print-rows.ts';
import { strangersIn } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';

/** The settings in force in the folder of this run. */
function configOf(context: CommandContext): Config {
  const options = { environment: context.env, workingDirectory: context.cwd };
  const found = loadConfig(options);
  // The folder of the run may come from --dir, which only the command line itself has seen.
  return found.settings.directory === context.directory
    ? found
    : loadConfig({ ...options, directory: context.directory });
}

type Row = {
  readonly key: SettingKey;
  readonly setting: AnySetting;
  readonly value: Settings[SettingKey];
  readonly origin: string;
};

function rowsOf({ settings, origins }: Config): Row[] {
  return SETTING_KEYS.map((key) => ({
    key,
    setting: SETTINGS[key],
    value: settings[key],
    origin: originText(origins[key]),
  }));
}

/** A value as it would be written: sizes with their unit, lists with commas. */
function valueText({ setting, value }: Row): string {
  if (value === undefined) return 'none';
  if (setting.secret === true) return 'set, not shown';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  if (setting.unit === 'bytes') return formatSize(Number(value));
  return setting.unit === undefined ? String(value) : `${value} ${setting.unit}`;
}

const COLUMNS: readonly AnswerColumn<Row>[] = [
  { key: 'name', title: 'setting', raw: ({ setting }) => setting.name },
  { key: 'value', title: 'value', raw: valueText },
  { key: 'origin', title: 'from', raw: ({ origin }) => origin },
  { key: 'environment', raw: ({ setting }) => setting.environment.join(' ') },
  { key: 'default', raw: ({ setting }) => setting.fallbackText },
  { key: 'doc', title: 'meaning', optional: true, raw: ({ setting }) => setting.doc },
];

function toJson(config: Config, context: CommandContext) {
  return {
    file: config.file,
    file_places: configFilePlaces(context.directory),
    settings: rowsOf(config).map(({ setting, value, origin }) => ({
      name: setting.name,
      value: setting.secret === true && value !== undefined ? 'set, not shown' : value,
      unit: setting.unit,
      origin,
      environment: setting.environment,
      in_file: setting.inFile,
      default: setting.fallbackText,
      doc: setting.doc,
    })),
    custom_metrics: config.customMetrics.map(({ name }) => name),
    disabled_metrics: config.disabled,
    problems: config.problems.map(({ code, message, hint }) => ({ code, message, hint })),
  };
}

function explain(config: Config, context: CommandContext): void {
  const print = (line: string): void => context.print(line);
  const [place] = configFilePlaces(context.directory);
  print('');
  if (config.customMetrics.length > 0) {
    print(`Metrics declared in the file: ${config.customMetrics.map(({ name }) => name).join(', ')}.`);
  }
  if (config.disabled.length > 0) print(`Metrics that are off: ${config.disabled.join(', ')}.`);
  print(`To change a setting, write it into ${printable(config.file ?? place)}, for example`);
  print('    disable = ["messages"]');
  print('    [retention]');
  print('    raw_days = 14');
  print('or set its variable: AMICUS_METRICS_RETENTION_RAW_DAYS=14. Command line before variable before file.');
}

/** Also what only those know who run the detectors. */
function withStrangers(config: Config): Config {
  return { ...config, problems: [...config.problems, ...strangersIn(config)] };
}

export const configCommand = defineCommand({
  description:
    'Shows every setting with its value and where that came from: the command line, an environment variable, the file ' +
    `${CONFIG_FILE_NAME} in the context folder or in the workspace above it, or the default. What is wrong with one is ` +
    'said, and the next in line counts: recording never stops for it. `config path` prints the path of the file. ' +
    'Metrics of your own are declared in the file: [metrics."build.finished"], then under it fields.branch = "name", ' +
    'fields.duration_seconds = "measure", fields.outcome = ["success", "failure"].',
  arguments: { what: optionalArgument('path: only the path of the file') },
  options: {},
  examples: [
    { line: 'amicus-metrics config', doc: 'what is in force here, and why' },
    { line: 'AMICUS_METRICS_DISABLE=messages amicus-metrics config', doc: 'a setting from the environment' },
    { line: 'amicus-metrics config path', doc: 'the file to edit' },
  ],
  async run(context, { arguments: { what } }) {
    const config = withStrangers(configOf(context));
    if (what === 'path') {
      context.print(printable(config.file ?? configFilePlaces(context.directory)[0]));
      return EXIT.ok;
    }
    if (what !== undefined) {
      throw new CommandError('WRONG_USAGE', `config does not know "${what}".`, 'There is `config` and `config path`.');
    }
    if (context.format === 'json') context.printJson(toJson(config, context));
    else printRows(context, COLUMNS, rowsOf(config), '');
    if (context.format === 'text') explain(config, context);
    for (const { message, hint } of config.problems) {
      context.note(printable(hint === undefined ? `Problem: ${message}` : `Problem: ${message} ${hint}`));
    }
    return config.problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
});
