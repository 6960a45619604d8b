import { resolve } from 'node:path';

import { CommandError } from '../command-error.ts';
import { defineCommand, restArgument, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { SideReader } from '../../proxy/side-reader.ts';

/** In its environment, our own bus is told so to record nothing. */
const BUS_METRICS_VARIABLE = 'AMICUS_BUS_METRICS';
const MAX_PORT = 65_535;

type Given = {
  readonly name: string | undefined;
  readonly node: string | undefined;
  readonly task: string | undefined;
};

function parsePort(text: string, flag: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= MAX_PORT) return port;
  throw new CommandError('WRONG_USAGE', `${flag} needs a port from 0 to ${MAX_PORT}, and got "${text}".`);
}

function parseUrl(text: string, flag: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} needs the address of an MCP server, and got "${text}".`,
    `For example ${flag} https://mcp.example.com/mcp.`,
  );
}

async function sideReader(context: CommandContext, given: Given): Promise<SideReader> {
  const [{ SideReader: Reader }, { knownBeforehand }] = await Promise.all([
    import('../../proxy/side-reader.ts'),
    import('../../proxy/known-beforehand.ts'),
  ]);
  return new Reader({
    directory: resolve(context.directory),
    facts: knownBeforehand(given, context.env),
    trustsInstruments: context.env[BUS_METRICS_VARIABLE] !== 'off',
    openCollector: context.recordingCollector,
  });
}

export const wrapCommand = defineCommand({
  description:
    'Stands between a client and an MCP server and measures every tool call: which tool, how long, how it ended, how ' +
    'many bytes. Put it before the command of a server in the configuration of a client, or let `amicus-metrics init` ' +
    'do that. Bytes, standard error, signals and exit code pass unchanged; arguments and results are never kept. ' +
    'With --http it listens on this machine, prints its address, and passes everything on to that server.',
  arguments: { command: restArgument('-- and the command of the server, with its arguments') },
  options: {
    http: valueOption('<url>', 'a Streamable HTTP server to pass on to', { parse: parseUrl }),
    port: valueOption('<port>', 'with --http: where to listen; default: any free port', { parse: parsePort }),
    name: valueOption('<name>', 'what to call the server; default: what it calls itself'),
    node: valueOption('<node>', 'the node whose calls these are; default: learnt from its calls to Amicus'),
    task: valueOption('<task>', 'the task that these calls are for'),
  },
  examples: [
    { line: 'amicus-metrics wrap -- uvx amicus-mcp', doc: 'Amicus, measured' },
    { line: 'amicus-metrics wrap --name files -- npx -y @modelcontextprotocol/server-filesystem .', doc: 'any server' },
    { line: 'amicus-metrics wrap --http https://mcp.example.com/mcp', doc: 'a server behind HTTP' },
  ],
  endsItself: true,
  async run(context, { arguments: { command }, options }) {
    const [program, ...args] = command;
    if ((program === undefined) === (options.http === undefined)) {
      throw new CommandError(
        'WRONG_USAGE',
        'wrap needs the command of a server after --, or the address of one with --http.',
        'For example: amicus-metrics wrap -- uvx amicus-mcp.',
      );
    }
    const reader = await sideReader(context, options);
    if (options.http !== undefined) {
      const { runHttpProxy } = await import('../../proxy/http-proxy.ts');
      await runHttpProxy({ target: options.http, port: options.port ?? 0, reader, context });
    } else if (program !== undefined) {
      const { runStdioProxy } = await import('../../proxy/stdio-proxy.ts');
      await runStdioProxy(program, args, reader);
    }
    return EXIT.ok;
  },
});
