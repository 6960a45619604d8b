import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';
import { soakEvents } from './soak-days.ts';

/** Records the events of a day, some a turn, and says after each turn how many there were; may be killed meanwhile. */
const EVENTS_PER_TURN = 40;
const [directory = '', day = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
let recorded = 0;
for (const event of soakEvents(Number(day))) {
  metrics.emit(event);
  recorded += 1;
  if (recorded % EVENTS_PER_TURN > 0) continue;
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise<void>((resolve) => process.stdout.write(`${recorded}\n`, () => resolve()));
}
await metrics.close();
