import type { Finding } from '../detectors/finding.ts';

/**
 * What can bring what about, by detector: the trouble, and what may lie behind it. Only what lies behind something
 * directly; chains follow. Has no circles.
 */
export const CAUSES: Readonly<Record<string, readonly string[]>> = {
  backlog: ['silent_node', 'zombie_claim', 'slow_tasks', 'lock_contention', 'human_wait', 'idle_capacity'],
  // Not waiting for a person: such time is not in what tasks take.
  slow_tasks: ['lock_contention', 'retry_loop', 'failing_tests', 'oversized_context', 'hot_file'],
  zombie_claim: ['silent_node'],
  idle_capacity: ['silent_node', 'human_wait'],
  failing_tests: ['flaky_tests', 'hot_file'],
  retry_loop: ['flaky_tests', 'hot_file', 'lock_contention'],
  cost_spike: ['retry_loop', 'oversized_context', 'low_cache_use', 'model_mismatch', 'cost_outlier_task'],
  cost_outlier_task: ['retry_loop', 'oversized_context', 'low_cache_use', 'model_mismatch'],
  oversized_context: ['low_cache_use'],
};

/** True when trouble of one kind can come from trouble of another, directly or through a third. */
export function canComeFrom(trouble: string, cause: string): boolean {
  return (CAUSES[trouble] ?? []).some((direct) => direct === cause || canComeFrom(direct, cause));
}

/** What takes less than this part of what the trouble takes has not brought it about. */
const LEAST_PART = 0.2;
/** Nodes are missing when most is to do but counted for whole days, and of silent ones only the silence is counted. */
const LEAST_PART_OF_MISSING = 0.02;
const SECONDS_PER_DAY = 86_400;
/** Their loss is counted in attempts made again, that of what lies behind them in other time: the two cannot be compared. */
const NOT_COMPARABLE: readonly string[] = ['failing_tests'];

/**
 * False where something is too small to be what lies behind the trouble, in time or in money. A queue multiplies what
 * goes wrong before it: there the time of the nodes that are missing counts, and not that of all who wait. Of what no
 * size is known it may be the cause.
 *
 * @param causes All findings of one kind: of several silent nodes each may be small.
 */
export function areLargeEnough(causes: readonly Finding[], trouble: Finding): boolean {
  if (NOT_COMPARABLE.includes(trouble.kind)) return true;
  const missing = trouble.facts['missing_nodes'];
  const seconds =
    typeof missing === 'number'
      ? LEAST_PART_OF_MISSING * missing * SECONDS_PER_DAY
      : partOf(trouble.impact.secondsPerDay?.value);
  return (
    reaches(sumOf(causes, 'secondsPerDay'), seconds) ??
    reaches(sumOf(causes, 'usdPerDay'), partOf(trouble.impact.usdPerDay?.value)) ??
    true
  );
}

const partOf = (whole: number | undefined): number | undefined =>
  whole === undefined ? undefined : LEAST_PART * whole;

const reaches = (value: number | undefined, least: number | undefined): boolean | undefined =>
  value === undefined || least === undefined ? undefined : value >= least;

function sumOf(findings: readonly Finding[], of: 'secondsPerDay' | 'usdPerDay'): number | undefined {
  const known = findings.flatMap(({ impact }) => impact[of]?.value ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
