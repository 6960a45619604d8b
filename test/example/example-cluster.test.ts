import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ExampleCluster, type ExampleOptions, startExampleCluster } from '../../src/example/example-cluster.ts';
import { stateIn } from '../support/bus-process.ts';
import { eventually } from '../support/eventually.ts';
import { processesOf } from '../support/processes-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Step = { readonly status: string; readonly assigned_to?: string };
type Node = { readonly role: string; readonly status: string };

/** Nothing here reads figures; `record` would only cost time. */
process.env['AMICUS_BUS_METRICS'] = 'off';

function start(options: Partial<ExampleOptions> = {}): { directory: string; cluster: ExampleCluster } {
  const directory = join(temporaryFolder(), '.ai');
  const cluster = startExampleCluster({ directory, seed: 7, speed: 8, ...options });
  onTestFinished(async () => cluster.stop());
  return { directory, cluster };
}

const stepsIn = (directory: string): Step[] => (stateIn(directory)['next_steps'] ?? []) as Step[];
const nodesIn = (directory: string): Node[] => Object.values(stateIn(directory)['cluster_nodes'] ?? {});

/** Waits until something has been completed. */
async function firstCompletion(directory: string): Promise<void> {
  await eventually(
    () => existsSync(join(directory, 'state.json')) && stepsIn(directory).some(({ status }) => status === 'completed'),
  );
}

describe('the example cluster', () => {
  it('plays for its time, completes tasks, and leaves no process behind', { timeout: 300_000 }, async () => {
    const { directory, cluster } = start({ durationMillis: 10_000 });
    expect(cluster.pids).toHaveLength(4);
    await firstCompletion(directory);
    // Each node has a bus process of its own.
    expect(processesOf(directory).length).toBeGreaterThan(cluster.pids.length);
    await cluster.done;
    expect(cluster.pids).toEqual([]);
    await expect.poll(() => processesOf(directory)).toEqual([]);

    const completed = stepsIn(directory).filter((step) => step.status === 'completed');
    expect(completed.length).toBeGreaterThanOrEqual(10);
    expect(new Set(completed.map((step) => step.assigned_to)).size).toBeGreaterThanOrEqual(2);
    expect(stepsIn(directory).filter((step) => step.status === 'in_progress')).toEqual([]);
    expect(nodesIn(directory).filter((node) => node.role === 'bootstrap_manager')).toHaveLength(1);
    expect(new Set(nodesIn(directory).map((node) => node.status))).toEqual(new Set(['terminated']));
  });

  it('ends when told to, with every node having said farewell', { timeout: 300_000 }, async () => {
    const { directory, cluster } = start({ nodes: 3 });
    await firstCompletion(directory);
    await cluster.stop();
    await cluster.done;
    await expect.poll(() => processesOf(directory)).toEqual([]);
    expect(nodesIn(directory).map((node) => node.status)).toEqual(['terminated', 'terminated', 'terminated']);
    await cluster.stop();
  });

  it('ends on its signal, also on one that was given before', { timeout: 300_000 }, async () => {
    const abort = new AbortController();
    const { directory, cluster } = start({ nodes: 2, signal: abort.signal });
    abort.abort();
    await cluster.done;
    await expect.poll(() => processesOf(directory)).toEqual([]);
    const late = start({ nodes: 2, signal: abort.signal });
    await late.cluster.done;
    await expect.poll(() => processesOf(late.directory)).toEqual([]);
  });

  it('leaves no orphan when its starter is killed', { timeout: 300_000 }, async () => {
    const directory = join(temporaryFolder(), '.ai');
    const entry = new URL('../../src/example/example-cluster.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(entry)}).then((m) => m.startExampleCluster(${JSON.stringify({ directory, nodes: 3, speed: 8 })}))`;
    const starter = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    await firstCompletion(directory);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    await expect.poll(() => processesOf(directory)).toEqual([]);
    expect(nodesIn(directory).map((node) => node.status)).toEqual(['terminated', 'terminated', 'terminated']);
  });

  it('leaves no bus behind when a node is killed, and the others play on', { timeout: 300_000 }, async () => {
    const { directory, cluster } = start({ nodes: 3 });
    await firstCompletion(directory);
    // Three nodes, each with its bus.
    await expect.poll(() => processesOf(directory)).toHaveLength(6);
    const victim = cluster.pids.at(-1) ?? 0;
    process.kill(victim, 'SIGKILL');
    await expect.poll(() => processesOf(directory)).toHaveLength(4);
    await expect.poll(() => cluster.pids).toHaveLength(2);
    await cluster.stop();
    await expect.poll(() => processesOf(directory)).toEqual([]);
  });

  it.each(['string-steps', 'no-ids', 'text-markers', 'noise', 'slow-lock'])(
    'speaks the dialect %s',
    { timeout: 300_000 },
    async (dialect) => {
      const { directory, cluster } = start({ nodes: 3, dialect, speed: 12 });
      const isEnded = (): boolean => {
        if (!existsSync(join(directory, 'state.json'))) return false;
        return /COMPLETED by|"status": "completed"/.test(JSON.stringify(stateIn(directory), undefined, 1));
      };
      await expect.poll(isEnded).toBe(true);
      await cluster.stop();
      await expect.poll(() => processesOf(directory)).toEqual([]);
    },
  );

  it('says why when no node can live', { timeout: 300_000 }, async () => {
    const { cluster } = start({ nodes: 2, dialect: 'klingon' });
    await expect(cluster.done).rejects.toThrow('klingon');
  });
});
