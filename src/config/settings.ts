import {
  choice,
  formatSize,
  list,
  size,
  text,
  timeZoneName,
  token,
  type ValueKind,
  whole,
  headerList,
  webAddress,
} from './value-kinds.ts';

/** A setting, declared once: the reader of values, `amicus-metrics config` and the reference page derive from this. */
export type Setting<Value> = {
  /** Its name in the file, in messages and in the docs: `retention.raw_days`. */
  readonly name: string;
  /** Environment variables, the first that is set counts. */
  readonly environment: readonly [string, ...string[]];
  readonly kind: ValueKind<Value>;
  /** Asked for at each load, since some depend on the machine. */
  readonly fallback: () => Value;
  /** How the docs describe the default. */
  readonly fallbackText: string;
  readonly unit?: 'days' | 'bytes';
  /** True for what nobody may read over a shoulder: `amicus-metrics config` says only whether it is set. */
  readonly secret?: boolean;
  /** False for what cannot stand in the file, because the file is found by it, and for keys. */
  readonly inFile: boolean;
  /** One sentence. */
  readonly doc: string;
};

type Declaration<Value> = Omit<Setting<Value>, 'environment' | 'inFile' | 'fallback'> & {
  readonly fallback: Value | (() => Value);
  readonly alsoEnvironment?: string;
  readonly inFile?: boolean;
};

/** The variable follows from the name, so that no one has to look it up: `retention.raw_days`, `AMICUS_METRICS_RETENTION_RAW_DAYS`. */
const variableOf = (name: string): string => `AMICUS_METRICS_${name.toUpperCase().replaceAll('.', '_')}`;

function setting<Value>(declaration: Declaration<Value>): Setting<Value> {
  const { fallback, alsoEnvironment, inFile = true, ...rest } = declaration;
  const variable = variableOf(declaration.name);
  return {
    ...rest,
    environment: alsoEnvironment === undefined ? [variable] : [variable, alsoEnvironment],
    fallback: typeof fallback === 'function' ? (fallback as () => Value) : () => fallback,
    inFile,
  };
}

const MAX_DAYS = 36_500;
const DEFAULT_MAX_BYTES = 100e6;
/** A quarter of the size budget: an hour of 20 events a second from 16 processes, should nobody drain. */
const DEFAULT_SPOOL_BYTES = 64e6;

/** Every setting. A new one is one entry here. */
export const SETTINGS = {
  directory: setting({
    name: 'directory',
    alsoEnvironment: 'CONTEXT_BUS_DIR',
    kind: text('the path of a folder'),
    fallback: '.ai',
    fallbackText: '`.ai` in the working directory',
    inFile: false,
    doc: 'The folder that the agents share: Amicus keeps its state there, and the metrics lie beside it.',
  }),
  cluster: setting<string | undefined>({
    name: 'cluster',
    kind: text('a name of at most 128 printable characters', 128),
    fallback: undefined,
    fallbackText: 'none',
    doc: 'The name of this cluster, written to each event: for stores that hold several.',
  }),
  disable: setting<readonly string[]>({
    name: 'disable',
    kind: list('a list of metrics or categories, such as ["messages", "state.read"]'),
    fallback: [],
    fallbackText: 'none',
    doc: 'Metrics and categories that are not recorded; "*" stands for all of them.',
  }),
  enable: setting<readonly string[]>({
    name: 'enable',
    kind: list('a list of metrics or categories, such as ["task"]'),
    fallback: [],
    fallbackText: 'none',
    doc: 'Exceptions to `disable`: a metric counts before its category, and a category before "*".',
  }),
  rawDays: setting({
    name: 'retention.raw_days',
    kind: whole(1, MAX_DAYS),
    fallback: 30,
    fallbackText: '30',
    unit: 'days',
    doc: 'How long single events are kept.',
  }),
  rollupDays: setting({
    name: 'retention.rollup_days',
    kind: whole(1, MAX_DAYS),
    fallback: 400,
    fallbackText: '400',
    unit: 'days',
    doc: 'How long hourly and daily figures are kept.',
  }),
  maxSizeBytes: setting({
    name: 'retention.max_size',
    kind: size(1e6, 1e12),
    fallback: DEFAULT_MAX_BYTES,
    fallbackText: formatSize(DEFAULT_MAX_BYTES),
    unit: 'bytes',
    doc: 'How much the database, its journal and the spool may take together; above it the oldest events go early.',
  }),
  maxSpoolBytes: setting({
    name: 'spool.max_size',
    // Below it, files that are drained and not yet removed would take the place of new ones.
    kind: size(4e6, 1e12),
    fallback: DEFAULT_SPOOL_BYTES,
    fallbackText: formatSize(DEFAULT_SPOOL_BYTES),
    unit: 'bytes',
    doc: 'How much one process may have waiting to be stored; above it events are dropped and counted as spool_full.',
  }),
  pricesFile: setting<string | undefined>({
    name: 'prices.file',
    kind: text('the path of a price file: TOML, or JSON in the form of LiteLLM'),
    fallback: undefined,
    fallbackText: '`amicus-metrics-prices.toml` in the context folder or above it, if there is one',
    doc: 'Your own prices of models, before those of the list that comes with the package; a relative path starts in the context folder.',
  }),
  flatPlans: setting<readonly string[]>({
    name: 'prices.flat_plans',
    kind: list('a list of clients, such as ["claude-code", "codex"]'),
    fallback: [],
    fallbackText: 'none',
    doc: 'Clients paid by a flat plan: their cost is shown as what the same usage costs through the API, and billed 0.',
  }),
  otlpPort: setting({
    name: 'otlp.port',
    kind: whole(0, 65_535),
    fallback: 4_318,
    fallbackText: '4318, the usual one of OTLP',
    doc: 'The port at which `amicus-metrics up` takes telemetry of agents; 0 takes none.',
  }),
  otlpHost: setting({
    name: 'otlp.host',
    kind: text('an address of this machine', 255),
    fallback: '127.0.0.1',
    fallbackText: '127.0.0.1: this machine only',
    doc: 'The address at which telemetry is taken; any other than a loopback address needs `otlp.token`.',
  }),
  otlpToken: setting<string | undefined>({
    name: 'otlp.token',
    kind: token,
    fallback: undefined,
    fallbackText: 'none',
    secret: true,
    doc: 'What senders of telemetry must show, as header `x-amicus-token` or as `authorization: Bearer …`.',
  }),
  apiPort: setting({
    name: 'api.port',
    kind: whole(0, 65_535),
    fallback: 4_319,
    fallbackText: '4319',
    doc: 'The port at which `amicus-metrics up` has the dashboard and the HTTP API; 0 has neither.',
  }),
  apiHost: setting({
    name: 'api.host',
    kind: text('an address of this machine', 255),
    fallback: '127.0.0.1',
    fallbackText: '127.0.0.1: this machine only',
    doc: 'The address of the dashboard and the API; any other than a loopback address needs `api.tls_cert` and `api.tls_key`.',
  }),
  apiNames: setting<readonly string[]>({
    name: 'api.names',
    kind: list('a list of names with their ports, such as ["metrics.example.com:4319"]'),
    fallback: [],
    fallbackText: 'none',
    doc: 'Names by which browsers reach the dashboard, beside the address itself: requests that name another host are refused.',
  }),
  apiTlsCert: setting<string | undefined>({
    name: 'api.tls_cert',
    kind: text('the path of a certificate in PEM'),
    fallback: undefined,
    fallbackText: 'none',
    doc: 'The certificate (with its chain) of the dashboard and the API; a relative path starts in the context folder.',
  }),
  apiTlsKey: setting<string | undefined>({
    name: 'api.tls_key',
    kind: text('the path of a private key in PEM'),
    fallback: undefined,
    fallbackText: 'none',
    doc: 'The private key of `api.tls_cert`.',
  }),
  otlpOutEndpoint: setting<string | undefined>({
    name: 'otlp_out.endpoint',
    kind: webAddress,
    fallback: undefined,
    fallbackText: 'none: nothing is pushed',
    doc: 'Where `amicus-metrics up` pushes all figures as OTLP metrics: a collector that takes OTLP over HTTP; /v1/metrics is added where it is not there.',
  }),
  otlpOutIntervalSeconds: setting({
    name: 'otlp_out.interval_seconds',
    kind: whole(5, 86_400),
    fallback: 60,
    fallbackText: '60',
    doc: 'How often they are pushed.',
  }),
  otlpOutHeaders: setting<string | undefined>({
    name: 'otlp_out.headers',
    kind: headerList,
    fallback: undefined,
    fallbackText: 'none',
    secret: true,
    inFile: false,
    doc: 'Headers that go with them, such as a key: `authorization=Bearer%20…`, several separated by commas. Keys do not belong into files that are shared.',
  }),
  agentHistories: setting({
    name: 'agent_histories',
    kind: choice(['workspace', 'all', 'off']),
    fallback: 'workspace' as const,
    fallbackText: 'workspace',
    doc: 'Of which sessions `amicus-metrics up` follows what agents keep on this machine: those that work in this workspace, all, or none.',
  }),
  gitChanges: setting({
    name: 'sources.git',
    kind: choice(['auto', 'off']),
    fallback: 'auto' as const,
    fallbackText: 'auto: where the workspace lies in a git repository',
    doc: 'Whether `amicus-metrics up` counts what each task changes in the git repository of the workspace.',
  }),
  timeZone: setting({
    name: 'time_zone',
    kind: timeZoneName,
    // The first Intl format of a process costs ten milliseconds; Node has Temporal from version 26 on.
    fallback: () =>
      globalThis.Temporal === undefined
        ? new Intl.DateTimeFormat().resolvedOptions().timeZone
        : globalThis.Temporal.Now.timeZoneId(),
    fallbackText: 'the zone of this machine',
    doc: 'The zone in which times are shown and in which days begin.',
  }),
  color: setting({
    name: 'color',
    kind: choice(['auto', 'always', 'never']),
    fallback: 'auto' as const,
    fallbackText: 'auto',
    doc: 'Whether the terminal output has colours; "auto" means on a terminal only.',
  }),
} as const;

/** How a setting is called in code: `settings.rawDays`. */
export type SettingKey = keyof typeof SETTINGS;
/** The values of all settings. */
export type Settings = { readonly [Key in SettingKey]: ReturnType<(typeof SETTINGS)[Key]['fallback']> };

/** All keys, in the order of the reference page. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** A setting with a type that no longer matters. */
export type AnySetting = Setting<unknown>;
