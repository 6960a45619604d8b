import { setTimeout as pause } from 'node:timers/promises';
import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/** Asks until it is killed, as a reader or as the one that keeps house. What it is told may never become less. */
const [directory = '', role = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
let most = 0;
for (let n = 1; ; n++) {
  if (role === 'drainer') {
    await metrics.drain();
    if (n % 20 === 0) await metrics.upkeep();
  } else {
    const { rows } = await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] });
    const count = Number(rows[0]?.values['count'] ?? 0);
    if (count < most) throw new Error(`${count} events after ${most}`);
    most = count;
  }
  await pause(5);
}
