import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { NOW_MICROS } from './sample-events.ts';

/** A process that does upkeep of a folder and says when it starts; to be killed meanwhile. */
const [directory = ''] = process.argv.slice(2);
const clock = { nowMicros: () => NOW_MICROS, monotonicMillis: () => performance.now() };
const store = await SqliteStore.open(directory, clock);
process.send?.('started');
await store.upkeep({ rawDays: 3, rollupDays: 1_000, maxBytes: 1e12 }, NOW_MICROS);
await store.close();
process.disconnect?.();
