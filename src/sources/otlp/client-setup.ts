/** How a client is made to send its telemetry here. */
export type ClientSetup = {
  readonly client: string;
  /** Where the lines go. */
  readonly place: string;
  readonly lines: readonly string[];
};

/**
 * The least that each client needs, as environment or in its own file of settings.
 *
 * @param address As in `http://127.0.0.1:4318`.
 */
export function clientSetups(address: string): readonly ClientSetup[] {
  return [
    {
      client: 'claude-code',
      place: 'environment',
      lines: [
        'export CLAUDE_CODE_ENABLE_TELEMETRY=1 OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp',
        `export OTEL_EXPORTER_OTLP_PROTOCOL=http/json OTEL_EXPORTER_OTLP_ENDPOINT=${address}`,
      ],
    },
    {
      client: 'codex',
      place: '~/.codex/config.toml',
      lines: [
        '[otel]',
        `exporter = { otlp-http = { endpoint = "${address}/v1/logs", protocol = "json" } }`,
        `metrics_exporter = { otlp-http = { endpoint = "${address}/v1/metrics", protocol = "binary" } }`,
      ],
    },
    {
      client: 'gemini-cli',
      place: 'environment',
      lines: [
        'export GEMINI_TELEMETRY_ENABLED=true GEMINI_TELEMETRY_TARGET=local GEMINI_TELEMETRY_OTLP_PROTOCOL=http',
        `export GEMINI_TELEMETRY_LOG_PROMPTS=false GEMINI_TELEMETRY_OTLP_ENDPOINT=${address}`,
      ],
    },
    {
      client: 'copilot-cli',
      place: 'environment',
      lines: [`export COPILOT_OTEL_ENABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=${address}`],
    },
    {
      client: 'opencode',
      place: 'environment, and "experimental": { "openTelemetry": true } in its configuration',
      lines: [`export OTEL_EXPORTER_OTLP_ENDPOINT=${address}`],
    },
    {
      client: 'qwen-code',
      place: 'environment',
      lines: [
        'export QWEN_TELEMETRY_ENABLED=true QWEN_TELEMETRY_TARGET=local QWEN_TELEMETRY_OTLP_PROTOCOL=http',
        `export QWEN_TELEMETRY_LOG_PROMPTS=false QWEN_TELEMETRY_OTLP_ENDPOINT=${address}`,
      ],
    },
  ];
}

/** For every client: whose work it is. */
export const ORIGIN_LINE = 'export OTEL_RESOURCE_ATTRIBUTES=amicus.node_id=Node-X9J2,amicus.task_id=task-7';
