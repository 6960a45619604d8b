/** What a run of tests came to. Never names of tests, never messages. */
export type TestTotals = {
  /** Skipped tests included. */
  readonly total: number;
  readonly passed: number;
  /** Failed or broken. */
  readonly failed: number;
  readonly durationSeconds?: number | undefined;
};

/** A kind of report file. */
export type ReportFormat = {
  readonly name: string;
  /** The totals, or nothing where the text is another kind of report, is cut off or is damaged. Never throws. */
  read(text: string): TestTotals | undefined;
};

/** Reads the closing lines of one runner as they come by. */
export interface SummaryReader {
  /** A line without its end and without colours. */
  line(text: string): void;
  totals(): TestTotals | undefined;
}

/** Both together; a duration only where both have one. */
export function addTotals(a: TestTotals | undefined, b: TestTotals): TestTotals {
  if (a === undefined) return b;
  const { durationSeconds: first } = a;
  const { durationSeconds: second } = b;
  return {
    total: a.total + b.total,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    durationSeconds: first === undefined || second === undefined ? undefined : first + second,
  };
}

/** Totals that can be: whole numbers, and no more passed and failed than there were. */
export function plausible(totals: TestTotals): TestTotals | undefined {
  const { total, passed, failed, durationSeconds } = totals;
  if (![total, passed, failed].every((value) => Number.isSafeInteger(value) && value >= 0)) return undefined;
  if (passed + failed > total) return undefined;
  const isDuration = durationSeconds !== undefined && Number.isFinite(durationSeconds) && durationSeconds >= 0;
  return { total, passed, failed, durationSeconds: isDuration ? durationSeconds : undefined };
}
