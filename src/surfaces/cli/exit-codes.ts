/** What a process of this command line ends with. Scripts rely on these; a new meaning gets a new number. */
export const EXIT = {
  /** Done; and where something was to be judged, it holds. */
  ok: 0,
  /** It failed, or what was to be judged does not hold. */
  failed: 1,
  /** The command line itself was wrong: an unknown option, a value of the wrong form, an unknown metric. */
  usage: 2,
  /** There is no store at that place, or nothing of that name in it. */
  nothing: 3,
  /** Ended by Ctrl-C or SIGTERM before it was done (`up` ends with 0: being stopped is its normal end). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
