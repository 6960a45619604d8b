import { backlog } from './backlog.ts';
import { costOutlierTask } from './cost-outlier-task.ts';
import { costSpike } from './cost-spike.ts';
import type { AnyDetector } from './detector.ts';
import { failingTests } from './failing-tests.ts';
import { flakyTests } from './flaky-tests.ts';
import { hotFile } from './hot-file.ts';
import { humanWait } from './human-wait.ts';
import { idleCapacity } from './idle-capacity.ts';
import { lockContention } from './lock-contention.ts';
import { lowCacheUse } from './low-cache-use.ts';
import { modelMismatch } from './model-mismatch.ts';
import { overCapacity } from './over-capacity.ts';
import { oversizedContext } from './oversized-context.ts';
import { retryLoop } from './retry-loop.ts';
import { silentNode } from './silent-node.ts';
import { slowTasks } from './slow-tasks.ts';
import { unattributedSpend } from './unattributed-spend.ts';
import { unpricedSpend } from './unpriced-spend.ts';
import { zombieClaim } from './zombie-claim.ts';

/** Every detector. A new one is one file beside this one and one line here. */
export const DETECTORS: readonly AnyDetector[] = [
  // flow
  slowTasks,
  backlog,
  idleCapacity,
  overCapacity,
  zombieClaim,
  silentNode,
  humanWait,
  // quality
  failingTests,
  flakyTests,
  retryLoop,
  lockContention,
  hotFile,
  // money
  costSpike,
  costOutlierTask,
  lowCacheUse,
  oversizedContext,
  modelMismatch,
  unpricedSpend,
  unattributedSpend,
];
