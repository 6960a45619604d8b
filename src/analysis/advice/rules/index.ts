import type { AdviceRule } from '../advice.ts';

/** What to do about the findings of each detector. A new one is one file beside this one and one line here. */
export const ADVICE_RULES: readonly AdviceRule[] = [
  // flow
  // quality
  // money
];
