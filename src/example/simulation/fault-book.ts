import { type Mechanisms, QUIET } from './mechanisms.ts';

export const FAULT_STRENGTHS = ['moderate', 'strong'] as const;
export type FaultStrength = (typeof FAULT_STRENGTHS)[number];

type Fault = Readonly<Record<FaultStrength, Partial<Mechanisms>>> & {
  /** What goes wrong in such a cluster. */
  readonly doc: string;
};

/**
 * What can go wrong, each under the name of the detector that has to find it. `moderate` is what a person would want to
 * be told of, `strong` what nobody would overlook. Each changes its own mechanism and nothing else; what follows from
 * that follows (slow tasks make a queue, more requests cost more).
 */
export const FAULTS = {
  slow_tasks: {
    doc: 'The same work takes longer.',
    moderate: { workFactor: 1.8 },
    strong: { workFactor: 3 },
  },
  backlog: {
    doc: 'Many developers do not come, and tasks pile up.',
    moderate: { presentFactor: 0.35 },
    strong: { presentFactor: 0.2 },
  },
  idle_capacity: {
    doc: 'Idle nodes do not hear of new tasks, and seldom look.',
    moderate: { wakeShare: 0, firstPollMinutes: 30, longestPollMinutes: 60 },
    strong: { wakeShare: 0, firstPollMinutes: 120, longestPollMinutes: 240 },
  },
  over_capacity: {
    doc: 'There are more developers than the same load needs.',
    moderate: { presentFactor: 2 },
    strong: { presentFactor: 3.5 },
  },
  zombie_claim: {
    doc: 'Nodes end or stop in the middle of a task and keep it for hours.',
    moderate: { droppedShare: 0.06 },
    strong: { droppedShare: 0.2 },
  },
  silent_node: {
    doc: 'Nodes fall silent in the middle of a task for hours.',
    moderate: { silentShare: 0.06 },
    strong: { silentShare: 0.2 },
  },
  human_wait: {
    doc: 'Tasks wait for a person, often and long.',
    moderate: { askedShare: 0.15, answerMinutes: 40 },
    strong: { askedShare: 0.3, answerMinutes: 90 },
  },
  failing_tests: {
    doc: 'More test runs fail, for real reasons.',
    moderate: { failedRunShare: 0.38 },
    strong: { failedRunShare: 0.7 },
  },
  flaky_tests: {
    doc: 'The browser suite fails now and then for no reason.',
    moderate: { flakyRunShare: 0.15 },
    strong: { flakyRunShare: 0.4 },
  },
  retry_loop: {
    doc: 'A tool fails over and over, and the node goes on calling it.',
    moderate: { loopShare: 0.08 },
    strong: { loopShare: 0.25 },
  },
  lock_contention: {
    doc: 'The manager holds the lock of the state for seconds, and others wait.',
    moderate: { lockedShare: 0.25, lockedMillis: 5_000 },
    strong: { lockedShare: 0.5, lockedMillis: 20_000 },
  },
  hot_file: {
    doc: 'Many tasks change one and the same file.',
    moderate: { hotFileShare: 0.3 },
    strong: { hotFileShare: 0.7 },
  },
  cost_spike: {
    doc: 'The same work takes more requests of the same size.',
    moderate: { requestFactor: 2 },
    strong: { requestFactor: 3.5 },
  },
  cost_outlier_task: {
    doc: 'A few tasks take many times the requests of all others.',
    moderate: { outlierShare: 0.04, outlierFactor: 12 },
    strong: { outlierShare: 0.04, outlierFactor: 40 },
  },
  low_cache_use: {
    doc: 'Less of the input comes from the cache.',
    moderate: { cachedShare: 0.45 },
    strong: { cachedShare: 0.1 },
  },
  oversized_context: {
    doc: 'Requests carry a larger context.',
    moderate: { contextFactor: 2 },
    strong: { contextFactor: 4 },
  },
  model_mismatch: {
    doc: 'Developers run on the dear model, and their work becomes no better.',
    moderate: { dearShare: 0.34 },
    strong: { dearShare: 0.67 },
  },
  unpriced_spend: {
    doc: 'Sessions use a model that has no price.',
    moderate: { unpricedShare: 0.2 },
    strong: { unpricedShare: 0.6 },
  },
  unattributed_spend: {
    doc: 'Sessions name neither their node nor their task.',
    moderate: { unattributedShare: 0.2 },
    strong: { unattributedShare: 0.6 },
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What a fault is called: as the detector of it. */
export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

/** A fault, and when. Days are those of the simulation, counted from 0, with fractions. */
export type PlannedFault = {
  readonly kind: FaultKind;
  readonly strength: FaultStrength;
  readonly fromDay: number;
  /** Not included. */
  readonly toDay: number;
};

/** How the cluster works at a moment: quiet, changed by the faults that last then. Of two that change the same, the later in the list counts. */
export function mechanismsAt(faults: readonly PlannedFault[], day: number): Mechanisms {
  const present = faults.filter(({ fromDay, toDay }) => fromDay <= day && day < toDay);
  return Object.assign({}, QUIET, ...present.map(({ kind, strength }) => FAULTS[kind][strength])) as Mechanisms;
}
