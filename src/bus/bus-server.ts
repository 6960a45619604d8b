import { resolve } from 'node:path';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { SystemClock } from '../model/clock.ts';
import { openBus } from './bus.ts';
import { DIALECT_VARIABLE, parseDialect } from './dialect.ts';
import { createMcpServer } from './create-mcp-server.ts';
import { openRecorder } from './open-recorder.ts';
import { problemText } from './problem-text.ts';

/** Longest wait for events to reach the disk when the client has gone. They are in the spool already; this is for flush. */
const CLOSING_MILLIS = 2000;

/**
 * The process: one bus for one MCP client on standard input and output, on the context folder that `CONTEXT_BUS_DIR`
 * names, else `.ai` in the working directory. Ends when its input ends.
 */
async function serve(): Promise<void> {
  const dialect = parseDialect(process.env[DIALECT_VARIABLE]);
  const directory = resolve(process.env['CONTEXT_BUS_DIR'] || '.ai');
  const collector = await openRecorder(directory, process.env);
  const bus = openBus({ directory, dialect, clock: new SystemClock(), random: Math.random, recorder: collector });
  if (dialect.noise) process.stdout.write('[communication] backend: polling\n');

  // Calls of tools answer for their own errors; what is left over is a fault of the instruments, which agents outlive.
  process.on('unhandledRejection', (error) => process.stderr.write(`${problemText(error)}\n`));

  let isLeaving = false;
  const leave = (): void => {
    if (isLeaving) return;
    isLeaving = true;
    const closed = bus.state.settled().then(() => collector?.close());
    const late = new Promise((done) => setTimeout(done, CLOSING_MILLIS));
    void Promise.race([closed, late])
      .catch(() => undefined)
      .finally(() => process.exit(0));
  };
  process.stdin.once('end', leave);
  process.stdin.once('close', leave);
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  serveStdio(() => createMcpServer(bus));
}

/** Undefined before Node 24.2, where only a process start loads this file. */
const isMain: boolean | undefined = import.meta.main;
if (isMain ?? true) {
  serve().catch((error: unknown) => {
    process.stderr.write(`${problemText(error)}\n`);
    process.exit(1);
  });
}
