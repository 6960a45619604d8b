import { openMetrics } from '../../src/index.ts';

/** Drains a folder over and over, until standard input ends; then tells how many events it moved. */
const [directory = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory });
const over = new AbortController();
process.stdin.on('end', () => over.abort()).resume();
let moved = 0;
while (!over.signal.aborted) {
  moved += (await metrics.drain()).events;
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await metrics.close();
process.stdout.write(`moved ${moved}\n`);
