import type { McpServer } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { Bus } from '../bus.ts';
import { callerOf } from '../caller.ts';
import { problemText } from '../problem-text.ts';
import { TrackingOffError } from '../state-file.ts';

/** A tool call that cannot be done: the message goes to the agent as the tool's error. */
export class ToolRefusal extends Error {}

/** A tool, ready to be put on a server. */
export type BusTool = {
  readonly name: string;
  register(server: McpServer, bus: Bus): void;
};

/**
 * Defines a tool that answers with plain text for a model to read.
 *
 * A call never fails the connection: whatever `run` throws comes back as an error result with its message.
 */
export function defineTool<Input extends z.ZodObject>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly run: (bus: Bus, args: z.output<Input>) => Promise<string>;
}): BusTool {
  return {
    name: tool.name,
    register(server, bus) {
      const run = bus.metrics.tracked(tool.name, (args: z.output<Input>) => tool.run(bus, args));
      const config = { description: tool.description, inputSchema: tool.input as z.ZodObject };
      server.registerTool(tool.name, config, async (given, { mcpReq }) => {
        // The server has checked `given` against the schema; its type is lost in the general form of a tool.
        const args = given as z.output<Input>;
        const caller = callerOf(server.server.getClientVersion()?.name, mcpReq);
        if (bus.dialect.noise) process.stdout.write(`[communication] ${tool.name}: falling back to file polling\n`);
        try {
          return { content: [{ type: 'text', text: await run(args, caller) }] };
        } catch (error) {
          return {
            content: [{ type: 'text', text: problemText(error) }],
            isError: !(error instanceof TrackingOffError),
          };
        }
      });
    },
  };
}
