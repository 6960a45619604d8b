import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/**
 * Records events and ends in one of many ways. Says how many turns have ended before it does, so that the test knows
 * what must be there; and records once more in the turn in which it ends, where that turn comes to an end at all.
 */
const [directory = '', way = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
const record = (count: number): void => {
  for (let n = 0; n < count; n++) metrics.record(EVERY_KIND, { a_count: n });
};
const say = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()));

record(20);
await new Promise((resolve) => setImmediate(resolve));
await say('ready\n');

const WAYS: Readonly<Record<string, () => unknown>> = {
  return: () => record(5),
  close: async () => {
    record(5);
    await metrics.close();
  },
  'process.exit': () => {
    record(5);
    process.exit(3);
  },
  'process.exit in a promise': () =>
    Promise.resolve().then(() => {
      record(5);
      process.exit(3);
    }),
  throw: () => {
    record(5);
    throw new Error('of the host');
  },
  'unhandled rejection': () => {
    record(5);
    void Promise.reject(new Error('of the host'));
  },
  'exit listener': () => {
    process.on('exit', () => record(5));
    process.exit(3);
  },
  'beforeExit listener': () => process.once('beforeExit', () => record(5)),
  'handled SIGTERM': () => {
    process.once('SIGTERM', () => {
      record(5);
      process.exit(3);
    });
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => undefined, 10_000);
  },
  'end of standard input': () => process.stdin.on('end', () => record(5)).resume(),
  'closed pipe': () => {
    process.stdout.on('error', () => {
      record(5);
      process.exit(3);
    });
    setInterval(() => process.stdout.write('x'.repeat(100_000)), 1);
  },
  SIGTERM: () => setTimeout(() => undefined, 10_000),
  SIGINT: () => setTimeout(() => undefined, 10_000),
  SIGHUP: () => setTimeout(() => undefined, 10_000),
  SIGQUIT: () => setTimeout(() => undefined, 10_000),
  abort: () => process.abort(),
  'blocked loop': () => {
    for (;;);
  },
};
await WAYS[way]?.();
