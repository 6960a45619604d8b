import type { McpServer, ToolAnnotations } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { UnreadableEvents } from '../../../query/unreadable-events.ts';
import { toReported } from '../../cli/report-error.ts';
import { printableLines } from '../../cli/terminal/printable.ts';
import type { Answer } from '../answer.ts';
import { dataName } from '../data-name.ts';
import type { Desk } from '../desk.ts';
import { lackingJson } from '../lacking-json.ts';

/** Who asks, as far as the connection tells. */
export type Asker = {
  /** The node that an address or an environment names; used where a question names none. */
  readonly nodeId: string | undefined;
};

/** A tool, ready to be put on a server. */
export type MetricsTool = {
  readonly name: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  register(server: McpServer, desk: Desk, asker: Asker): void;
};

/** There is nothing of the name that was given. What there is comes from data, and so stands in a list, not in a sentence. */
export class UnknownNameError extends Error {
  readonly hint: string;
  /** Shown as names from data are shown. */
  readonly known: readonly string[];

  constructor(message: string, hint: string, known: readonly string[]) {
    super(message);
    this.hint = hint;
    this.known = known;
  }
}

const MAX_ERROR_LENGTH = 600;

export const READS_ONLY: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };

/**
 * Defines a tool that answers with JSON, as structured content and as text.
 *
 * Unknown arguments are refused rather than ignored. Whatever `answer` throws comes back as an error result that says
 * what was wrong and what to do. Both say which events were needed and could not be read.
 */
export function defineTool<const Shape extends z.ZodRawShape>(tool: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly input: Shape;
  readonly answer: (desk: Desk, args: z.output<z.ZodObject<Shape>>, asker: Asker) => Promise<Answer>;
}): MetricsTool {
  const { name, title, description, annotations } = tool;
  return {
    name,
    description,
    annotations,
    register(server, desk, asker) {
      const known = Object.keys(tool.input).join(', ');
      const inputSchema = z.strictObject(tool.input, {
        error: ({ code, keys }) =>
          code === 'unrecognized_keys'
            ? `There is no argument ${keys.map((key) => JSON.stringify(dataName(key))).join(', ')}. Known are ${known}.`
            : undefined,
      }) as z.ZodObject;
      server.registerTool(name, { title, description, annotations, inputSchema }, async (given) => {
        // The server has checked `given` against the schema; its type is lost in the general form of a tool.
        const args = given as z.output<z.ZodObject<Shape>>;
        const unreadable = new UnreadableEvents();
        try {
          const answer = await desk.inTurn(() => unreadable.during(() => tool.answer(desk, args, asker)));
          // Through JSON, so that both forms are the same and nothing absent is in either.
          const text = JSON.stringify({ ...answer, ...lackingJson(unreadable) });
          return {
            content: [{ type: 'text', text }],
            structuredContent: JSON.parse(text) as Record<string, unknown>,
          };
        } catch (error) {
          const text = JSON.stringify({ ...errorJson(error), ...lackingJson(unreadable) });
          return { content: [{ type: 'text', text }], isError: true };
        }
      });
    },
  };
}

function errorJson(error: unknown): object {
  if (error instanceof UnknownNameError) {
    const { message, hint, known } = error;
    return { error: message, code: 'NOT_FOUND', hint, known };
  }
  const { error: message, code, hint } = toReported(error);
  const shown = (text: string): string => printableLines(text).slice(0, MAX_ERROR_LENGTH);
  return { error: shown(message), code, hint: hint === undefined ? undefined : shown(hint) };
}
