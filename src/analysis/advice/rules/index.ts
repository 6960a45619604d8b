import type { AdviceRule } from '../advice.ts';
import { failingTestsAdvice } from './failing-tests.ts';
import { flakyTestsAdvice } from './flaky-tests.ts';
import { hotFileAdvice } from './hot-file.ts';
import { lockContentionAdvice } from './lock-contention.ts';
import { retryLoopAdvice } from './retry-loop.ts';

/** What to do about the findings of each detector. A new one is one file beside this one and one line here. */
export const ADVICE_RULES: readonly AdviceRule[] = [
  // flow
  // quality
  failingTestsAdvice,
  flakyTestsAdvice,
  retryLoopAdvice,
  lockContentionAdvice,
  hotFileAdvice,
  // money
];
