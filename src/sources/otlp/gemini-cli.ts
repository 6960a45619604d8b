import { text } from './attribute-values.ts';
import type { ClientMapping } from './client-mapping.ts';
import { GEMINI_KEYS, type GeminiDialect, readGeminiEvent } from './gemini-family.ts';

const DIALECT: GeminiDialect = {
  client: 'gemini-cli',
  prefix: 'gemini_cli.',
  form: { cacheInInput: true, reasoningInOutput: false },
};

/** Telemetry of the Gemini CLI. `gen_ai.client.token.usage` counts the tokens of `gemini_cli.token.usage` once more. */
export const geminiCli: ClientMapping = {
  client: DIALECT.client,
  recognises: (resource, scopeName) => scopeName === 'gemini-cli' || text(resource, 'service.name') === 'gemini-cli',
  keys: GEMINI_KEYS,
  log: (record, resource) => readGeminiEvent(record, resource, DIALECT),
  span: () => 'ignored',
  counting: {
    form: DIALECT.form,
    counters: {
      'gemini_cli.token.usage': {
        by: 'type',
        parts: { input: 'input', output: 'output', cache: 'cacheRead', thought: 'reasoning' },
      },
      'gemini_cli.lines.changed': { by: 'type', parts: { added: 'linesAdded', removed: 'linesDeleted' } },
      'gemini_cli.session.count': { part: 'session' },
    },
  },
};
