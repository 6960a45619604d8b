import { openMetrics } from '../../src/index.ts';

/** Records one event and asks for it, in a folder that many open at the same moment. */
const [directory = '', name = '', atMillis = '0'] = process.argv.slice(2);
const metrics = openMetrics({ directory });
while (Date.now() < Number(atMillis)) await new Promise((resolve) => setTimeout(resolve, 1));
metrics.record('node.registered', { node_id: name });
const { events } = await metrics.query({ metric: 'node.registered', limit: 1_000 });
if (!events.some(({ node_id }) => node_id === name)) throw new Error('its own event is not there');
await metrics.close();
