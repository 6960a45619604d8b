import type { AdviceRule } from '../advice.ts';
import { backlogAdvice } from './backlog.ts';
import { costOutlierTaskAdvice } from './cost-outlier-task.ts';
import { costSpikeAdvice } from './cost-spike.ts';
import { failingTestsAdvice } from './failing-tests.ts';
import { flakyTestsAdvice } from './flaky-tests.ts';
import { hotFileAdvice } from './hot-file.ts';
import { humanWaitAdvice } from './human-wait.ts';
import { idleCapacityAdvice } from './idle-capacity.ts';
import { lockContentionAdvice } from './lock-contention.ts';
import { lowCacheUseAdvice } from './low-cache-use.ts';
import { modelMismatchAdvice } from './model-mismatch.ts';
import { overCapacityAdvice } from './over-capacity.ts';
import { oversizedContextAdvice } from './oversized-context.ts';
import { retryLoopAdvice } from './retry-loop.ts';
import { silentNodeAdvice } from './silent-node.ts';
import { slowTasksAdvice } from './slow-tasks.ts';
import { unattributedSpendAdvice } from './unattributed-spend.ts';
import { unpricedSpendAdvice } from './unpriced-spend.ts';
import { zombieClaimAdvice } from './zombie-claim.ts';

/** What to do about the findings of each detector. A new one is one file beside this one and one line here. */
export const ADVICE_RULES: readonly AdviceRule[] = [
  // flow
  slowTasksAdvice,
  backlogAdvice,
  idleCapacityAdvice,
  overCapacityAdvice,
  zombieClaimAdvice,
  silentNodeAdvice,
  humanWaitAdvice,
  // quality
  failingTestsAdvice,
  flakyTestsAdvice,
  retryLoopAdvice,
  lockContentionAdvice,
  hotFileAdvice,
  // money
  costSpikeAdvice,
  costOutlierTaskAdvice,
  lowCacheUseAdvice,
  oversizedContextAdvice,
  modelMismatchAdvice,
  unpricedSpendAdvice,
  unattributedSpendAdvice,
];
