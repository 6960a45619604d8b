import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineStream } from '../../sources/mcp-proxy/message-stream.ts';
import { closeStandard } from './close-standard.ts';
import { type ChildEnd, endAlike, endOfUnstarted } from './end-alike.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';
import { passSignals } from './pass-signals.ts';
import { flushed, pump } from './pump.ts';
import type { SideReader } from './side-reader.ts';

/**
 * A server that has ended may have left processes that hold its output open. What comes from them is passed on until
 * nothing has come for so long.
 */
const QUIET_MILLIS = 100;
/** How often the client is looked for, once its end of the pipe is closed. */
const LOOK_MILLIS = 500;
/** What a server gets to end after the client has gone, and again after SIGTERM. */
const ORPHAN_MILLIS = 2_000;

type Server = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Stands between a client and a stdio server and is not noticed: the same bytes in both directions, standard error and
 * working folder and environment shared, signals passed on, and the same end. Never returns; the process ends as the
 * server did.
 */
export async function runStdioProxy(command: string, args: readonly string[], reader: SideReader): Promise<never> {
  const clientPid = process.ppid;
  const { stdin, stdout } = process;
  const server: Server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], windowsHide: true });
  const ended = new Promise<ChildEnd>((resolve) => {
    server.once('exit', (code, signal) => resolve({ code, signal }));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (server.pid !== undefined) return;
      process.stderr.write(`amicus-metrics wrap: ${command} could not be started: ${error.code ?? error.message}\n`);
      resolve(endOfUnstarted(error));
    });
  });
  const guard = server.pid === undefined ? undefined : guardAgainstOrphan(server.pid);
  const observer = reader.observer();
  const fromClient = new LineStream((message, sizeBytes) => observer.fromClient(message, sizeBytes));
  const fromServer = new LineStream((message, sizeBytes) => observer.fromServer(message, sizeBytes));

  let lastOutput = 0;
  const output = new Promise<void>((resolve) => {
    const overhear = (chunk: Buffer): void => {
      lastOutput = performance.now();
      reader.listen(() => fromServer.push(chunk));
    };
    pump(server.stdout, stdout, overhear, () => resolve(closeOutput(stdout)));
  });
  const overhear = (chunk: Buffer): void => reader.listen(() => fromClient.push(chunk));
  pump(stdin, server.stdin, overhear, () => {
    // An end goes on as an end; and when the server takes no more, neither do we, so that the client's writes fail.
    server.stdin.end();
    if (server.stdin.destroyed && server.exitCode === null) {
      stdin.destroy();
      closeStandard(0);
    }
    watchClient(clientPid, server);
  });
  // When the client reads no more, the server's writes must fail.
  stdout.removeAllListeners('error');
  stdout.on('error', () => void server.stdout.destroy());
  for (const stream of [stdin, server.stdin, server.stdout]) stream.on('error', () => undefined);
  passSignals(server, () => endAlike({ code: null, signal: 'SIGTERM' }));
  void reader.open();

  const end = await ended;
  guard?.dismiss();
  await Promise.race([output, quiet(() => lastOutput)]);
  reader.listen(() => {
    fromServer.end();
    observer.end();
  });
  await Promise.all([flushed(stdout), reader.close()]);
  return endAlike(end);
}

/** A server that closes its output without ending closes ours. */
async function closeOutput(stdout: Writable): Promise<void> {
  await flushed(stdout);
  closeStandard(1);
}

async function quiet(lastOutput: () => number): Promise<void> {
  const since = performance.now();
  do await sleep(QUIET_MILLIS / 4);
  while (performance.now() - Math.max(since, lastOutput()) < QUIET_MILLIS);
}

/** A client that has closed the pipe may still wait for answers; one that is gone does not, and its server must end. */
function watchClient(clientPid: number, server: Server): void {
  const looking = setInterval(() => {
    if (process.ppid === clientPid) return;
    clearInterval(looking);
    setTimeout(() => {
      server.kill('SIGTERM');
      setTimeout(() => server.kill('SIGKILL'), ORPHAN_MILLIS).unref();
    }, ORPHAN_MILLIS).unref();
  }, LOOK_MILLIS);
  looking.unref();
}
