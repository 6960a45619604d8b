import { SystemClock } from '../../model/clock.ts';
import { runCli } from './run-cli.ts';

/** A command that was told to end and does not is ended: children are stopped well before. */
const LAST_RESORT_MILLIS = 5_000;

const interrupt = new AbortController();
const onSignal = (): void => {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort();
  setTimeout(() => process.exit(130), LAST_RESORT_MILLIS).unref();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.on('SIGHUP', onSignal);

// `amicus-metrics query … | head`: the reader has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: new SystemClock(),
  signal: interrupt.signal,
});
process.exitCode = code;
// An interrupted command may still hold the event loop; what it has written is on its way out first.
if (interrupt.signal.aborted) process.stdout.write('', () => process.exit(code));
