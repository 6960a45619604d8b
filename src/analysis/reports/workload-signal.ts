/** What an agent had best do now. */
export const WORKLOAD_SIGNALS = [
  'carry_on',
  'slow_down',
  'take_more_work',
  'wait_for_work',
  'finish_and_stop',
  'ask_human',
] as const;
export type WorkloadSignal = (typeof WORKLOAD_SIGNALS)[number];

/** What a signal is concluded from. Absent is not known. */
export type SignalFacts = {
  readonly openTasks: number;
  /** Tasks that anybody could take. */
  readonly pending: number | undefined;
  /** Hands work out and takes none. */
  readonly manages: boolean;
  /** How long its oldest open task has been worked on, and what like ones take at most in nineteen of twenty cases. */
  readonly taskSeconds: number | undefined;
  readonly usualP50Seconds: number | undefined;
  readonly usualP95Seconds: number | undefined;
  /** Of the budget that is used up most; more than 1 is exceeded. */
  readonly budgetUsedShare: number | undefined;
  /** Requests to models that were refused for being too many, in the last quarter of an hour. */
  readonly throttledRequests: number;
  /** Attempts at tasks that failed one after the other, the last one included. */
  readonly failedInARow: number;
  /** How long a person has been waited for. */
  readonly humanWaitSeconds: number | undefined;
};

/** The figure that decided, under the name it has in the answer. */
export type SignalReason = { readonly figure: string; readonly value: number; readonly limit: number | undefined };

/** From here on spending has to be slower, so that the budget lasts. */
const BUDGET_WARNING_SHARE = 0.8;
const MANY_THROTTLED = 3;
const MANY_FAILED = 3;
/** A task over this many times the median of its like is stuck rather than long, where it is past their p95 as well. */
const STUCK_TIMES = 3;

type Rule = {
  readonly signal: WorkloadSignal;
  /** The reason, when the rule holds. */
  readonly when: (facts: SignalFacts) => SignalReason | undefined;
};

const reason = (figure: string, value: number, limit?: number): SignalReason => ({ figure, value, limit });

/** The first that holds counts: what costs most to overlook comes first. The last ones hold always. */
const RULES: readonly Rule[] = [
  {
    signal: 'finish_and_stop',
    when: ({ budgetUsedShare: used }) =>
      used !== undefined && used > 1 ? reason('budget_used_share', used, 1) : undefined,
  },
  {
    signal: 'ask_human',
    when: ({ humanWaitSeconds: waited }) => (waited === undefined ? undefined : reason('human_wait_seconds', waited)),
  },
  {
    signal: 'ask_human',
    when: ({ failedInARow: failed }) =>
      failed >= MANY_FAILED ? reason('failed_in_a_row', failed, MANY_FAILED) : undefined,
  },
  { signal: 'ask_human', when: stuckReason },
  {
    signal: 'slow_down',
    when: ({ throttledRequests: count }) =>
      count >= MANY_THROTTLED ? reason('throttled_requests_15m', count, MANY_THROTTLED) : undefined,
  },
  {
    signal: 'slow_down',
    when: ({ budgetUsedShare: used }) =>
      used !== undefined && used >= BUDGET_WARNING_SHARE
        ? reason('budget_used_share', used, BUDGET_WARNING_SHARE)
        : undefined,
  },
  {
    signal: 'take_more_work',
    when: ({ openTasks, pending, manages }) =>
      openTasks === 0 && !manages && pending !== undefined && pending > 0
        ? reason('pending_tasks', pending)
        : undefined,
  },
  {
    signal: 'wait_for_work',
    when: ({ openTasks, pending, manages }) =>
      openTasks === 0 && !manages && pending === 0 ? reason('pending_tasks', 0) : undefined,
  },
  {
    signal: 'carry_on',
    when: ({ taskSeconds, usualP95Seconds }) =>
      taskSeconds === undefined ? undefined : reason('task_seconds', taskSeconds, usualP95Seconds),
  },
];

/** One word for an agent, with the figure behind it. */
export function workloadSignal(facts: SignalFacts): { readonly signal: WorkloadSignal; readonly reason: SignalReason } {
  for (const { signal, when } of RULES) {
    const because = when(facts);
    if (because !== undefined) return { signal, reason: because };
  }
  return { signal: 'carry_on', reason: reason('open_tasks', facts.openTasks) };
}

function stuckReason({ taskSeconds, usualP50Seconds, usualP95Seconds }: SignalFacts): SignalReason | undefined {
  if (taskSeconds === undefined || usualP50Seconds === undefined || usualP95Seconds === undefined) return undefined;
  const limit = Math.max(usualP95Seconds, STUCK_TIMES * usualP50Seconds);
  return taskSeconds > limit ? reason('task_seconds', taskSeconds, limit) : undefined;
}
