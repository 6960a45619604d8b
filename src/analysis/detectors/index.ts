import type { AnyDetector } from './detector.ts';

/** Every detector. A new one is one file beside this one and one line here. */
export const DETECTORS: readonly AnyDetector[] = [
  // flow
  // quality
  // money
];
