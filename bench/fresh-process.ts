import { openMetrics } from '../src/metrics-collector.ts';
import { turnEnd } from './harness.ts';

/** Records as many events, eight of one task, as its parent says, and answers when the turn in which it did so has ended. */
const collector = openMetrics({ directory: process.argv[2] ?? '' });
let recorded = 0;

process.on('message', (events: number) => {
  void (async () => {
    for (let i = 0; i < events; i++) {
      recorded += 1;
      collector.record('tool.called', {
        node_id: `Node-${process.pid}`,
        task_id: `task-${process.pid}-${recorded >> 3}`,
        tool: 'claim_task',
        duration_ms: 12.5,
      });
    }
    await turnEnd();
    await turnEnd();
    process.send?.(events);
  })();
});
process.send?.('ready');
