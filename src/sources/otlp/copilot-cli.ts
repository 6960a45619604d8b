import { text } from './attribute-values.ts';
import type { ClientMapping, Draft } from './client-mapping.ts';
import { GENAI_COUNTING, GENAI_KEYS, readGenaiSpan } from './genai-conventions.ts';

const CLIENT = 'copilot-cli';
/** What of a hash is kept: enough to tell the tools of one user apart. */
const HASH_LENGTH = 12;
const HASH = /^[0-9a-f]{64}$/;

/** Telemetry of the GitHub Copilot CLI: the GenAI conventions, spans and metrics only. */
export const copilotCli: ClientMapping = {
  client: CLIENT,
  recognises: (resource, scopeName) =>
    scopeName === 'github.copilot' || text(resource, 'service.name') === 'github-copilot',
  keys: GENAI_KEYS,
  span: (span, resource) => {
    const told = readGenaiSpan(span, resource, CLIENT);
    // Permissions, hooks and the like.
    if (told === 'unknown') return 'ignored';
    return typeof told === 'string' ? told : told.map(withShortNames);
  },
  counting: {
    ...GENAI_COUNTING,
    counters: {
      ...GENAI_COUNTING.counters,
      'github.copilot.code.lines_added': { part: 'linesAdded' },
      'github.copilot.code.lines_removed': { part: 'linesDeleted' },
    },
  },
};

/** Tools of MCP servers are told as two hashes, `<server>/<tool>`, longer together than a name may be. */
function withShortNames(draft: Draft): Draft {
  const { tool } = draft.data;
  if (draft.metric !== 'tool.called' || typeof tool !== 'string') return draft;
  const [server = '', name = ''] = tool.split('/');
  if (!HASH.test(server) || !HASH.test(name)) return draft;
  return { ...draft, data: { ...draft.data, server: server.slice(0, HASH_LENGTH), tool: name.slice(0, HASH_LENGTH) } };
}
