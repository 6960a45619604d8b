import type { ForgetRequest } from '../../src/store/store.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

/** A process that forgets, and says when it starts and how far it is; to be killed meanwhile. */
const [directory = '', request = '', nowMicros = ''] = process.argv.slice(2);
const clock = { nowMicros: () => Number(nowMicros), monotonicMillis: () => performance.now() };
const store = await SqliteStore.open(directory, clock);
process.send?.(0);
await store.forget(JSON.parse(request) as ForgetRequest, 'remove', (part) => process.send?.(part));
await store.close();
process.disconnect?.();
