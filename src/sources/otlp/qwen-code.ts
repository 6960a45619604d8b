import { text } from './attribute-values.ts';
import type { ClientMapping } from './client-mapping.ts';
import { GEMINI_KEYS, type GeminiDialect, readGeminiEvent } from './gemini-family.ts';

const DIALECT: GeminiDialect = {
  client: 'qwen-code',
  prefix: 'qwen-code.',
  form: { cacheInInput: true, reasoningInOutput: true },
};

/** Telemetry of Qwen Code: Gemini CLI's, with reasoning inside of the output and an id of each response. */
export const qwenCode: ClientMapping = {
  client: DIALECT.client,
  recognises: (resource, scopeName) => scopeName === 'qwen-code' || text(resource, 'service.name') === 'qwen-code',
  keys: GEMINI_KEYS,
  log: (record, resource) => readGeminiEvent(record, resource, DIALECT),
  span: () => 'ignored',
  counting: {
    form: DIALECT.form,
    counters: {
      'qwen-code.token.usage': {
        by: 'type',
        parts: { input: 'input', output: 'output', cache: 'cacheRead', thought: 'reasoning' },
      },
      'qwen-code.session.count': { part: 'session' },
    },
  },
};
