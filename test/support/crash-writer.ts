import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/**
 * Records until it is killed. Two files of its own, which the kernel keeps whatever becomes of this process: what it
 * was about to record, and what it knows to be recorded because the turn of the event loop had ended.
 *
 * With `early` it claims so before the turn has ended: what a recorder would do that buffers without writing.
 */
const [directory = '', ledger = '', name = '', mode = ''] = process.argv.slice(2);
const intended = openSync(`${ledger}/${name}.intended`, 'a');
const ended = openSync(`${ledger}/${name}.ended`, 'a');
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
for (let n = 0; ;) {
  const ids = Array.from({ length: 1 + (n % 12) }, () => `${name}-${n++}`);
  const lines = `${ids.join('\n')}\n`;
  writeSync(intended, lines);
  for (const id of ids) {
    if (!metrics.record(EVERY_KIND, { an_id: id, a_name: `run ${n % 97}`, a_count: n, some_names: [id] }))
      process.exit(7);
  }
  if (mode === 'early') {
    writeSync(ended, lines);
    for (const until = performance.now() + 150; performance.now() < until;);
    await nextTurn();
  } else {
    await nextTurn();
    writeSync(ended, lines);
  }
  await pause(3);
}
