import { SystemClock } from '../model/clock.ts';
import { BusClient } from './bus-client.ts';
import { liveAsManager } from './live-as-manager.ts';
import { liveAsWorker } from './live-as-worker.ts';
import { NodeLife } from './node-life.ts';
import { nodeSettings } from './node-settings.ts';

/**
 * The process: one node of the example cluster, with its settings as JSON in the first argument. Leaves when its time
 * is over, when it finds nothing to do, or when its input ends: so it also ends when its starter was killed.
 */
async function live(): Promise<void> {
  const settings = nodeSettings.parse(JSON.parse(process.argv[2] ?? '{}'));
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  process.stdin.once('end', leave).once('close', leave).once('error', leave).resume();
  process.once('SIGTERM', leave).once('SIGINT', leave);

  const { nodeId, role, modelName, strength } = settings;
  const bus = await BusClient.connect(settings.directory, nodeId);
  try {
    const life = new NodeLife(settings, bus, new SystemClock(), leaving.signal);
    await life.call('register_node', { agent_id: nodeId, role, model_name: modelName, strength });
    await (role === 'bootstrap_manager' ? liveAsManager(life) : liveAsWorker(life));
    await life.call('set_agent_status', { agent_id: nodeId, status: 'terminated', current_task_id: null });
  } finally {
    await bus.close();
  }
}

/** Undefined before Node 24.2, where only a process start loads this file. */
const isMain: boolean | undefined = import.meta.main;
if (isMain ?? true) {
  live().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}
