import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND } from './every-kind.ts';

/** Records and asks where it may not write; prints what it was told as one line of JSON. */
const [directory = ''] = process.argv.slice(2);
const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
const codeOf = (cause: unknown): unknown => (cause as { code?: unknown }).code ?? String(cause);
const taken = metrics.record(EVERY_KIND, { a_count: 1 });
const flush = await metrics.flush().then(() => 'durable', codeOf);
const query = await metrics.query({ metric: EVERY_KIND.name }).then(({ events }) => events.length, codeOf);
const stats = await metrics.stats().then(({ readOnly }) => readOnly, codeOf);
const upkeep = await metrics.upkeep().then(() => 'done', codeOf);
await metrics.close();
const { recorded, dropped } = metrics.health();
process.stdout.write(`${JSON.stringify({ taken, flush, query, stats, upkeep, recorded, dropped })}\n`);
