import { workerData } from 'node:worker_threads';
import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/** A thread that records events of its own, and asks now and then. With `exit` it ends in the turn of its last event. */
const { directory, name, events, exit } = workerData as {
  directory: string;
  name: string;
  events: number;
  exit: boolean;
};
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
for (let n = 0; n < events; n++) {
  metrics.record(EVERY_KIND, { an_id: `${name}-${n}`, a_name: name, a_count: n });
  if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (n % 700 === 0) await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count'] });
}
if (exit) process.exit(0);
await metrics.close();
