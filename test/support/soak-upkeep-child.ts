import { openMetrics } from '../../src/index.ts';
import type { RetentionSettings } from '../../src/store/store.ts';
import { EVERY_KIND } from './every-kind.ts';
import { stillClock } from './recording.ts';

/** Drains a folder and keeps it up, as at a given moment; says when it begins, and may be killed meanwhile. */
const [directory = '', nowMicros = '', retention = ''] = process.argv.slice(2);
const clock = stillClock(Number(nowMicros));
const metrics = openMetrics({
  directory,
  metrics: [EVERY_KIND],
  clock,
  retention: JSON.parse(retention) as RetentionSettings,
});
process.stdout.write('begins\n');
await metrics.drain();
await metrics.upkeep();
await metrics.close();
