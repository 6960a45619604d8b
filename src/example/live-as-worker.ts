import { filesFor } from './cluster-plan.ts';
import type { NodeLife } from './node-life.ts';

/** How long a worker without work looks for some before it leaves. Milliseconds of the play. */
const SHORTEST_PATIENCE_MILLIS = 5000;
const LONGEST_PATIENCE_MILLIS = 25_000;
/** With less time than this left, a worker begins nothing new. */
const LAST_START_MILLIS = 1500;

type Claim = { readonly taskId: string; readonly text: string };

/** Claims and works until its time is over or there has been nothing to do for too long. */
export async function liveAsWorker(life: NodeLife): Promise<void> {
  const { nodeId } = life.settings;
  let patienceMillis = newPatience(life);
  while (life.leftMillis > LAST_START_MILLIS && patienceMillis > 0) {
    await life.call('read_state');
    const claim = parseClaim(await life.call('claim_best_task', { agent_id: nodeId }));
    if (claim !== undefined) {
      await work(life, claim);
      patienceMillis = newPatience(life);
      continue;
    }
    const waitMillis = life.random.between(600, 1400);
    patienceMillis -= waitMillis;
    await life.pause(waitMillis);
  }
  if (patienceMillis > 0) await life.pause(life.leftMillis);
}

async function work(life: NodeLife, { taskId, text }: Claim): Promise<void> {
  const { random } = life;
  const { nodeId, peers } = life.settings;
  await life.call('update_state', {
    summary: `${nodeId} is at ${taskId}.`,
    active_files: filesFor(random, text),
    agent_id: nodeId,
  });
  // Most tasks are short and a few are long: 1 to 8 s, 3.3 on average.
  await life.pause(1000 + 7000 * random.next() ** 2);

  const fate = random.next();
  const peer = peers.filter((other) => other !== nodeId)[random.whole(0, Math.max(peers.length - 2, 0))];
  if (fate < 0.05) {
    await life.call('set_agent_status', { agent_id: nodeId, status: 'idle', current_task_id: null });
  } else if (fate < 0.1 && peer !== undefined) {
    const handedOver = await life.attempt('claim_task', { task_id: taskId, agent_id: peer, from_agent: nodeId });
    if (handedOver === undefined) await complete(life, taskId, 'partial');
  } else if (fate < 0.2) {
    await complete(life, taskId, 'failure');
    if (random.chance(0.6)) await life.call('add_task', { task: `Try again: ${text}`, priority: 'high' });
  } else {
    await complete(life, taskId, fate < 0.25 ? 'partial' : 'success');
  }
  if (random.chance(0.3)) {
    await life.call('set_agent_status', { agent_id: nodeId, status: 'waiting' });
    await life.pause(random.between(200, 900));
  }
}

async function complete(life: NodeLife, taskId: string, outcome: 'success' | 'failure' | 'partial'): Promise<void> {
  const { random, settings } = life;
  const tests = random.whole(4, 40);
  const failed = outcome === 'success' ? 0 : random.whole(1, 3);
  await life.attempt('complete_task', {
    task_id: taskId,
    agent_id: settings.nodeId,
    outcome,
    files_modified: random.whole(1, 5),
    tests_passed: tests - failed,
    tests_failed: failed,
  });
}

function newPatience(life: NodeLife): number {
  return life.random.between(SHORTEST_PATIENCE_MILLIS, LONGEST_PATIENCE_MILLIS);
}

/** Takes the task out of the answer to a claim; undefined when there was none to take. */
export function parseClaim(answer: string): Claim | undefined {
  const found = /^(?:Claimed|Already yours:) (\S+) \[[^\]]*\]: (.*)$/s.exec(answer);
  const [, taskId, text] = found ?? [];
  return taskId === undefined || text === undefined ? undefined : { taskId, text };
}
