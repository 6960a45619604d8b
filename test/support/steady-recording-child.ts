import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/** Records events with ids `<name>-<n>` in a folder, some each millisecond, until standard input ends; says how many. */
const [directory = '', name = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
process.stdin.resume();
let recorded = 0;
while (!process.stdin.readableEnded) {
  for (let i = 0; i < 20; i++) metrics.record(EVERY_KIND, { an_id: `${name}-${recorded++}`, a_name: name });
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await metrics.close();
process.stdout.write(`recorded ${recorded}\n`);
