import type { AnyDetector } from './detector.ts';
import { failingTests } from './failing-tests.ts';
import { flakyTests } from './flaky-tests.ts';
import { hotFile } from './hot-file.ts';
import { lockContention } from './lock-contention.ts';
import { retryLoop } from './retry-loop.ts';

/** Every detector. A new one is one file beside this one and one line here. */
export const DETECTORS: readonly AnyDetector[] = [
  // flow
  // quality
  failingTests,
  flakyTests,
  retryLoop,
  lockContention,
  hotFile,
  // money
];
