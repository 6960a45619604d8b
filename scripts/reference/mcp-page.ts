import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { SystemClock } from '../../src/model/clock.ts';
import { SIZE_TOKENS, SIZES } from '../../src/surfaces/mcp/answer.ts';
import { createMetricsServer } from '../../src/surfaces/mcp/create-server.ts';
import { Desk } from '../../src/surfaces/mcp/desk.ts';
import { MAX_DAMAGED } from '../../src/surfaces/mcp/lacking-json.ts';
import { WORKLOAD_SIGNALS } from '../../src/analysis/reports/workload-signal.ts';
import { generatedFrom, type Page, table } from './page.ts';

/** A desk nobody asks anything at: lists need no store. */
function emptyDesk(): Desk {
  const refuse = async (): Promise<never> => {
    throw new Error('The page asks no questions.');
  };
  return new Desk({
    directory: '/',
    env: {},
    cwd: '/',
    clock: new SystemClock(),
    timeZone: 'UTC',
    collector: refuse,
    recordingCollector: refuse,
  });
}

async function connected(): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'docs', version: '0' });
  const server = createMetricsServer(emptyDesk(), { nodeId: undefined });
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  return client;
}

type Property = {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly type?: string;
};

/** How the argument is to be written: its words, its type, its default. */
function formOf({ enum: words, type, default: fallback }: Property): string {
  const form = words === undefined ? (type ?? 'any') : words.map((word) => `\`${word}\``).join(', ');
  return fallback === undefined ? form : `${form}; default \`${JSON.stringify(fallback)}\``;
}

export const mcpPage: Page = {
  name: 'mcp.md',
  async render() {
    const tokenizer = new Tiktoken(o200k);
    const count = (value: unknown): number => tokenizer.encode(JSON.stringify(value), [], []).length;
    const client = await connected();
    const { tools } = await client.listTools();
    const { prompts } = await client.listPrompts();
    const { resources } = await client.listResources();
    const { resourceTemplates } = await client.listResourceTemplates();
    const instructions = client.getInstructions() ?? '';
    await client.close();
    const sections = tools.map((tool) => {
      const properties = Object.entries((tool.inputSchema.properties ?? {}) as Record<string, Property>);
      const required = tool.inputSchema.required ?? [];
      const rows = properties.map(([name, property]) => [
        `\`${name}\`${required.includes(name) ? ', required' : ''}`,
        formOf(property),
        property.description ?? '',
      ]);
      const effect = tool.annotations?.readOnlyHint === true ? 'Only reads.' : 'Records a decision.';
      return `## ${tool.name}\n\n${tool.description ?? ''} ${effect} ${count(tool)} tokens.\n\n${table(['argument', 'form', 'meaning'], rows)}`;
    });
    return `${generatedFrom('src/surfaces/mcp/')}# MCP server

\`amicus-metrics mcp\` on standard input and output, and \`/mcp\` of the address for telemetry while \`amicus-metrics up\` runs
(Streamable HTTP, without sessions). Both speak the eras of the protocol up to 2025-11-25 and from 2026-07-28 on. Over
HTTP the node that asks may be named in the path: \`/n/Node-X9J2/mcp\`.

All definitions together take ${count(tools)} tokens, and what is told to the model at the start ${count(instructions)} (o200k; other
tokenizers differ by some per cent).

Answers are JSON, as structured content and as text. Units stand in names; what is not known is left out and is not 0;
estimates are called so. \`evidence\` holds ids with which \`query_metrics\` asks the question behind a figure again, as long
as the server runs, and \`next\` is a question worth asking. Names from data stand in fields of their own: on one line,
without invisible characters and markup, cut to 80 characters (ids of insights to 120), never within a sentence. Where
events that an answer needed cannot be read, because the file was damaged, \`events_damaged\` says of which metric and
time, in ${MAX_DAMAGED} entries at most and beside the tokens below; \`damaged_left_out\` counts the others.

${table(
  ['size', 'tokens at most'],
  [...SIZES.map((size) => [`\`${size}\``, String(SIZE_TOKENS[size])]), ['`get_my_workload`', '200']],
)}
${sections.join('\n')}
The signals of \`get_my_workload\` are ${WORKLOAD_SIGNALS.map((word) => `\`${word}\``).join(', ')}; \`because\` has the figure that decided.

## Resources and prompts

${table(
  ['', ''],
  [
    ...resources.map(({ uri, description }) => [`\`${uri}\``, description ?? '']),
    ...resourceTemplates.map(({ uriTemplate, description }) => [`\`${uriTemplate}\``, description ?? '']),
    ...prompts.map(({ name, description }) => [`prompt \`${name}\``, description ?? '']),
  ],
)}
## Who is answered

Programs of this machine, whoever runs them: on a machine with other users set \`otlp.token\`, or \`otlp.port = 0\`. The
\`Host\` must be the receiver's own and an \`Origin\`, where there is one, too; where a token is set, it has to be shown.
Standard input and output need neither.
`;
  },
};
