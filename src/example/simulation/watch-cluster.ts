import type { Process } from './schedule.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

const SNAPSHOT_SECONDS = 300;
/** A cluster in which nothing happens is told of so often. */
const QUIET_SNAPSHOT_SECONDS = 3_600;

/** Whoever watches the state file counts from time to time. */
export function* watchCluster(cluster: SimulatedCluster): Process {
  for (;;) {
    cluster.snapshot();
    const isBusy = cluster.queue.size + cluster.claimed > 0;
    const next = cluster.now + (isBusy ? SNAPSHOT_SECONDS : QUIET_SNAPSHOT_SECONDS);
    // Work that begins meanwhile is seen within the usual time.
    do yield SNAPSHOT_SECONDS;
    while (cluster.now < next && cluster.queue.size + cluster.claimed === 0);
  }
}
