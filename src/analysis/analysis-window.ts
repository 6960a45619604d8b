/**
 * The time an analysis is about, and the history it is compared with.
 * The baseline ends where the window begins, so that what is judged never belongs to what it is judged by.
 */
export type AnalysisWindow = {
  readonly baselineFromMicros: number;
  readonly fromMicros: number;
  /** Not included. Never after `nowMicros`. */
  readonly toMicros: number;
  readonly nowMicros: number;
  /** IANA zone in which days and hours of the week are meant. */
  readonly timeZone: string;
};
