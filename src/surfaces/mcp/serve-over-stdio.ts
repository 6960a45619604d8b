import { once } from 'node:events';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { CommandContext } from '../cli/context.ts';
import { createMetricsServer } from './create-server.ts';
import { Desk } from './desk.ts';
import type { Asker } from './tools/tool.ts';

/** Serves one client on standard input and output, until its input ends or the process is told to. */
export async function serveOverStdio(context: CommandContext, asker: Asker): Promise<void> {
  const desk = new Desk(context);
  const { stdin, stdout, signal } = context;
  const ended = Promise.race([once(stdin, 'end'), once(stdin, 'close'), once(signal, 'abort')]);
  const server = serveStdio(() => createMetricsServer(desk, asker), {
    transport: new StdioServerTransport(stdin, stdout),
  });
  if (!signal.aborted) await ended;
  await server.close();
}
