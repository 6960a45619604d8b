import { nextIdea } from './cluster-plan.ts';
import type { NodeLife } from './node-life.ts';

/** A manager of Amicus assesses every 20 to 30 s; the example lives ten times as fast. Milliseconds of the play. */
const ASSESSMENT_MILLIS = 2000;
/** New work comes for the first part of each cycle; in the rest the queue runs dry and nodes become idle. */
const CYCLE_MILLIS = 38_000;
const BUSY_MILLIS = 28_000;
/** Tasks for each worker when the cluster starts. */
const FIRST_TASKS = 2;
/** Nobody would come to do them. */
const LAST_WAVE_MILLIS = 5000;

/** Hands out work in waves, assesses the load, and now and then asks for a human. */
export async function liveAsManager(life: NodeLife): Promise<void> {
  const { nodeId, workers } = life.settings;
  await addTasks(life, workers * FIRST_TASKS);
  await life.call('update_state', { summary: 'Work has begun.', agent_id: nodeId });
  let nextWaveMillis = life.ageMillis + life.random.between(1500, 4000);
  let wasBusy = true;
  while (!life.isOver) {
    await life.call('assess_workload');
    await life.pause(ASSESSMENT_MILLIS);
    const isBusy = life.ageMillis % CYCLE_MILLIS < BUSY_MILLIS;
    if (isBusy && life.ageMillis >= nextWaveMillis && life.leftMillis > LAST_WAVE_MILLIS) {
      nextWaveMillis = life.ageMillis + life.random.between(1500, 4000);
      const added = life.random.whole(1, workers);
      await addTasks(life, added);
      await life.call('broadcast_message', { message: `${added} new tasks are in the queue.`, agent_id: nodeId });
    }
    if (wasBusy && !isBusy) {
      await life.call('update_state', { summary: 'Waiting for the next wave.', ask_user: true, agent_id: nodeId });
    }
    wasBusy = isBusy;
  }
}

async function addTasks(life: NodeLife, count: number): Promise<void> {
  for (let added = 0; added < count && !life.isOver; added += 1) {
    const { text, priority } = nextIdea(life.random);
    await life.call('add_task', { task: text, priority });
  }
}
