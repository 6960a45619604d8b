import { McpServer } from '@modelcontextprotocol/server';
import type { Bus } from './bus.ts';
import { stateText } from './state-text.ts';
import { TOOLS } from './tools/index.ts';

/** The name that clients are told. What makes it an Amicus is its tools, not its name. */
const SERVER_INFO = { name: 'amicus-bus', version: '0.1.0' };

/** An MCP server with the tools and the prompt of Amicus, on one bus. */
export function createMcpServer(bus: Bus): McpServer {
  const server = new McpServer(SERVER_INFO, { capabilities: { tools: {}, prompts: {} } });
  for (const tool of TOOLS) tool.register(server, bus);
  server.registerPrompt('catch_up', { description: 'What the cluster is doing now.' }, async () => ({
    messages: [
      {
        role: 'user',
        content: {
          type: 'text',
          text: `Leave what you were doing before and go on from here.\n\n${stateText(await bus.state.read())}`,
        },
      },
    ],
  }));
  return server;
}
