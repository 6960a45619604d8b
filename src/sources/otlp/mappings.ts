import { claudeCode } from './claude-code.ts';
import type { ClientMapping } from './client-mapping.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { geminiCli } from './gemini-cli.ts';
import { genaiConventions } from './genai-conventions.ts';
import { opencode } from './opencode.ts';
import { qwenCode } from './qwen-code.ts';
import type { Attributes } from './telemetry.ts';

/** Every client whose telemetry is understood, and at the end what any program may send. A new one is one line here. */
const MAPPINGS: readonly ClientMapping[] = [
  claudeCode,
  codex,
  geminiCli,
  copilotCli,
  opencode,
  qwenCode,
  genaiConventions,
];

/** Attributes of resources and records that say for whom the work was. */
export const ORIGIN_KEYS = {
  node: 'amicus.node_id',
  task: 'amicus.task_id',
  cluster: 'amicus.cluster_id',
} as const;
const RESOURCE_KEYS = ['service.name', 'session.id', ...Object.values(ORIGIN_KEYS)];

/** Everything that may be looked at, of whatever client. */
export const ATTRIBUTES_READ: ReadonlySet<string> = new Set([
  ...RESOURCE_KEYS,
  ...MAPPINGS.flatMap(({ keys }) => keys),
]);

/** The mapping for a batch. */
export function mappingOf(resource: Attributes, scopeName: string): ClientMapping {
  return MAPPINGS.find(({ recognises }) => recognises(resource, scopeName)) ?? genaiConventions;
}

/** How the client of a batch is called: by its mapping, else by its service. */
export function clientOf(mapping: ClientMapping, resource: Attributes): string {
  if (mapping.client !== undefined) return mapping.client;
  const service = resource.get('service.name');
  return typeof service === 'string' && /^[\w.:@/-]{1,64}$/.test(service) ? service : 'unknown';
}
