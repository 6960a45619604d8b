import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { type Child, saidBy, startChild } from '../support/child-process.ts';
import { EVERY_KIND, imbalances, spooledIn } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** How a process ends; how it is made to; what it must have stored: 20 events of an ended turn, 5 of the last one. */
type Way = readonly [way: string, end: number | string, stored: number, push?: (child: Child) => void];
const WAYS: readonly Way[] = [
  ['return', 0, 25],
  ['close', 0, 25],
  ['process.exit', 3, 25],
  ['process.exit in a promise', 3, 25],
  ['throw', 1, 25],
  ['unhandled rejection', 1, 25],
  ['exit listener', 3, 25],
  ['beforeExit listener', 0, 25],
  ['handled SIGTERM', 3, 25],
  ['end of standard input', 0, 25, (child) => child.process.stdin?.end()],
  ['closed pipe', 3, 25, (child) => child.process.stdout?.destroy()],
  ...SIGNALS.map((signal): Way => [signal, signal, 20, (child) => void child.process.kill(signal)]),
  ['abort', 'SIGABRT', 20],
  ['blocked loop', 'SIGKILL', 20, (child) => void child.process.kill('SIGKILL')],
];

describe('however a process ends, what it recorded is stored', () => {
  it.each(WAYS.map((way) => ({ name: way[0], way })))('$name', async ({ way: [way, end, stored, push] }) => {
    const directory = join(temporaryFolder(), '.ai');
    // Without core files: an abort would leave one.
    const child = startChild('exiting-child.ts', [directory, way], {
      before: ['sh', '-c', 'ulimit -c 0; exec "$0" "$@"'],
    });
    await saidBy(child, 'ready\n');
    push?.(child);
    expect([await child.ended, way]).toEqual([end, way]);
    expect(spooledIn(directory)).toHaveLength(stored);
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    const ledger = await metrics.ledger();
    expect(ledger.map(({ inDatabase, alive }) => [inDatabase, alive])).toEqual([[stored, false]]);
    expect(imbalances(ledger)).toEqual([0]);
    await metrics.close();
  });

  it('is not held up: by no timer, no thread and no lock of ours', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const child = startChild('exiting-child.ts', [directory, 'return']);
    await saidBy(child, 'ready\n');
    const begin = performance.now();
    await child.ended;
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
