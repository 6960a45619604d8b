/** Everything about a simulated cluster that a fault can change. What is not here is the same in every cluster. */
export type Mechanisms = {
  /** How much longer the same work takes. */
  readonly workFactor: number;
  /** Developers that come to work, as a part of those planned. */
  readonly presentFactor: number;
  /** Share of idle nodes that hear of a new task at once. The others find it when they look next. */
  readonly wakeShare: number;
  /** When an idle node looks again: first, and at the longest after it has found nothing for a while. */
  readonly firstPollMinutes: number;
  readonly longestPollMinutes: number;
  /** Share of claims whose holder drops the task without saying so. */
  readonly droppedShare: number;
  /** Share of claims during which the holder falls silent. */
  readonly silentShare: number;
  /** Share of tasks that need an answer of a person, and how long that takes (median). */
  readonly askedShare: number;
  readonly answerMinutes: number;
  /** Share of test runs with a real failure. */
  readonly failedRunShare: number;
  /** Share of runs of the browser suite that fail without a reason. */
  readonly flakyRunShare: number;
  /** Share of tasks that hit a tool that fails over and over. */
  readonly loopShare: number;
  /** Share of accesses to the state that find its lock taken, and how long the manager or another node holds it. */
  readonly lockedShare: number;
  readonly lockedMillis: number;
  /** Share of tasks that change the one file that everybody needs. */
  readonly hotFileShare: number;
  /** Requests for the same work. */
  readonly requestFactor: number;
  /** Share of tasks that take many times the requests of others, and how many times. */
  readonly outlierShare: number;
  readonly outlierFactor: number;
  /** Share of the input that comes from the cache. */
  readonly cachedShare: number;
  /** Size of the context of a request. */
  readonly contextFactor: number;
  /** Share of the developers that run on the dear model. */
  readonly dearShare: number;
  /** Share of sessions with a model that has no price. */
  readonly unpricedShare: number;
  /** Share of sessions that name neither node nor task. */
  readonly unattributedShare: number;
};

/** A cluster in which nothing is wrong. */
export const QUIET: Mechanisms = {
  workFactor: 1,
  presentFactor: 1,
  wakeShare: 1,
  firstPollMinutes: 1.5,
  longestPollMinutes: 15,
  droppedShare: 0,
  silentShare: 0,
  askedShare: 0.03,
  answerMinutes: 6,
  failedRunShare: 0.18,
  flakyRunShare: 0.01,
  loopShare: 0,
  lockedShare: 0.03,
  lockedMillis: 8,
  hotFileShare: 0,
  requestFactor: 1,
  outlierShare: 0,
  outlierFactor: 1,
  cachedShare: 0.86,
  contextFactor: 1,
  dearShare: 0,
  unpricedShare: 0,
  unattributedShare: 0.01,
};
