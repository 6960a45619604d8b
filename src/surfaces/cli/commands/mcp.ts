import { knownBeforehand } from '../../proxy/known-beforehand.ts';
import { defineCommand, valueOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const mcpCommand = defineCommand({
  description:
    'Serves the metrics of the context folder to an agent, as an MCP server on standard input and output: what is wrong ' +
    'and what to do, its own workload, where time went, costs, figures, and decisions on insights. Put it into the ' +
    'configuration of a client as any other server. While `amicus-metrics up` runs, the same is served over HTTP at ' +
    '/mcp of the address for telemetry. Apart from decisions it only reads.',
  arguments: {},
  options: { node: valueOption('<node>', 'the node that asks; default: AMICUS_NODE_ID, where it is set') },
  examples: [
    { line: 'claude mcp add amicus-metrics -- amicus-metrics mcp', doc: 'for Claude Code, in the workspace' },
    { line: 'amicus-metrics mcp --node Node-X9J2', doc: 'for an agent that need not say who it is' },
  ],
  endsItself: true,
  async run(context, { options: { node } }) {
    const { nodeId } = knownBeforehand({ name: undefined, node, task: undefined }, context.env);
    const { serveOverStdio } = await import('../../mcp/serve-over-stdio.ts');
    await serveOverStdio(context, { nodeId });
    return EXIT.ok;
  },
});
