import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/**
 * Records events with ids `<name>-<n>` in a folder, some a turn, and ends; or, with `linger`, when
 * standard input ends.
 */
const [directory = '', name = '', events = '1000', perTurn = '50', mode = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
for (let n = 0; n < Number(events); n++) {
  metrics.record(EVERY_KIND, { an_id: `${name}-${n}`, a_name: name, a_count: n, some_names: [`f${n % 10}`] });
  if (n % Number(perTurn) === 0) await new Promise((resolve) => setImmediate(resolve));
}
if (mode === 'linger') await new Promise((resolve) => process.stdin.on('end', resolve).resume());
await metrics.close();
