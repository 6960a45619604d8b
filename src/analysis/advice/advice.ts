import type { Figure, Finding, Impact } from '../detectors/finding.ts';

/** What can be done, in Amicus's terms where it has them. */
export const ADVICE_ACTIONS = [
  'spawn_node',
  'terminate_idle',
  'code_review',
  'release_claim',
  'restart_node',
  'change_model',
  'change_role',
  'change_priority',
  'split_task',
  'cache_context',
  'trim_context',
  'fix_flaky_tests',
  'stop_retrying',
  'separate_files',
  'shorten_lock',
  'answer_human',
  'set_price',
  'mark_usage',
] as const;
export type AdviceAction = (typeof ADVICE_ACTIONS)[number];

/** What is measured before and after to see whether advice helped. */
export const VERIFICATION_MEASURES = [
  'queue_seconds',
  'task_seconds',
  'node_busy_share',
  'failed_test_share',
  'failed_call_share',
  'lock_wait_ms',
  'task_cost_usd',
  'cached_token_share',
  'request_tokens',
  'human_wait_seconds',
  'abandoned_seconds',
  'released_task_share',
  'unpriced_token_share',
  'unattributed_token_share',
] as const;
export type VerificationMeasure = (typeof VERIFICATION_MEASURES)[number];

export type Verification = {
  readonly measure: VerificationMeasure;
  /** Which way is better. */
  readonly better: 'lower' | 'higher';
  /** Of which part of the cluster; all of it where absent. */
  readonly nodeId?: string | undefined;
  readonly model?: string | undefined;
};

/** What to do about a finding. */
export type Advice = {
  /** `findingId` of its finding. */
  readonly id: string;
  readonly finding: Finding;
  readonly action: AdviceAction;
  /** Exact arguments: `{ role: 'developer', count: 1 }`. Values that come from data are names, nothing else. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly priority: 'high' | 'medium' | 'low';
  /** One sentence that tells a person what to do. No names from data. */
  readonly sentence: string;
  /** Expected a day, estimated; absent where nothing honest can be said. */
  readonly saving: Impact;
  /** What would have to be true for it to help: short sentences. */
  readonly conditions: readonly string[];
  readonly verification: Verification;
};

/** From a finding to advice; `undefined` when nothing sensible can be done about it. */
export type AdviceRule = {
  /** The detector whose findings it takes. */
  readonly kind: string;
  /** What it may advise; for the reference page. */
  readonly actions: readonly AdviceAction[];
  advise(finding: Finding): Omit<Advice, 'id' | 'finding'> | undefined;
};

/** The part of a figure that an action is expected to save, with its interval narrowed alike. */
export function partOf(figure: Figure, part: number): Figure {
  const { value, low, high, ...rest } = figure;
  return {
    ...rest,
    value: value * part,
    low: low === undefined ? undefined : low * part,
    high: high === undefined ? undefined : high * part,
  };
}
