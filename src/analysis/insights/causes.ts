/**
 * What can bring what about, by detector: the trouble, and what may lie behind it. Only what lies behind something
 * directly; chains follow. Has no circles.
 */
export const CAUSES: Readonly<Record<string, readonly string[]>> = {
  backlog: ['silent_node', 'zombie_claim', 'slow_tasks', 'lock_contention', 'human_wait', 'idle_capacity'],
  slow_tasks: ['lock_contention', 'retry_loop', 'human_wait', 'failing_tests', 'oversized_context', 'hot_file'],
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
