import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type ExampleCluster, startExampleCluster } from '../../../example/example-cluster.ts';

/** Nodes say farewell before the following ends, so that the last events are seen. */
const FAREWELL_MILLIS = 3_000;
/** A shorter run plays faster, so that tasks end in it. */
const CALM_MILLIS = 20_000;
/** Leaves time to print within the two seconds that Ctrl-C may take. */
const STOP_MILLIS = 1_200;

/** An example cluster that runs in a workspace of its own. */
export type ExampleSession = {
  /** Its context folder. Kept afterwards, so that one can ask about it. */
  readonly directory: string;
  /** Begins the play; so that followers see it from its first moment. */
  begin(): void;
  /** Ends all processes: those that do not leave in time are killed. */
  stop(): Promise<void>;
  /** Why the play failed; absent when it did not. */
  readonly failure: string | undefined;
};

function killGroups(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
}

/** Prepares an example cluster in a new temporary workspace. */
export function prepareExample(durationMillis: number): ExampleSession {
  const directory = join(realpathSync(mkdtempSync(join(tmpdir(), 'amicus-example-'))), '.ai');
  // There before its first node, so that it can be watched from the first moment.
  mkdirSync(directory, { mode: 0o700 });
  let cluster: ExampleCluster | undefined;
  let failure: string | undefined;
  return {
    directory,
    begin: () => {
      cluster = startExampleCluster({
        directory,
        durationMillis: Math.max(durationMillis - FAREWELL_MILLIS, durationMillis / 2),
        speed: Math.max(1, CALM_MILLIS / durationMillis),
      });
      cluster.done.catch((error: unknown) => (failure = error instanceof Error ? error.message : String(error)));
    },
    stop: async () => {
      if (cluster === undefined) return;
      await Promise.race([cluster.stop(), delay(STOP_MILLIS)]);
      killGroups(cluster.pids);
    },
    get failure() {
      return failure;
    },
  };
}
