import type { SeededRandom } from '../../model/seeded-random.ts';
import type { CastNode } from './cast.ts';
import { logNormal } from './draws.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

export const SUITES = ['unit', 'unit', 'integration', 'browser', 'browser'] as const;
export type SuiteName = (typeof SUITES)[number];

const SUITE_SIZES: Readonly<Record<SuiteName, { readonly tests: number; readonly seconds: number }>> = {
  unit: { tests: 420, seconds: 18 },
  integration: { tests: 64, seconds: 75 },
  browser: { tests: 38, seconds: 110 },
};

/** One run, told at its end. */
export function* runSuite(
  cluster: SimulatedCluster,
  node: CastNode,
  taskId: string,
  suite: SuiteName,
  run: { readonly failed: number; readonly random: SeededRandom },
): Generator<number, { readonly passed: number; readonly failed: number }, void> {
  const { tests, seconds } = SUITE_SIZES[suite];
  const durationSeconds = logNormal(run.random, seconds, 0.2);
  yield durationSeconds;
  const figures = { passed: tests - run.failed, failed: run.failed };
  cluster.teller.tell(
    cluster.now,
    'tests.executed',
    {
      node_id: node.nodeId,
      task_id: taskId,
      suite,
      total_tests: tests,
      ...figures,
      duration_seconds: durationSeconds,
    },
    { source: 'test-report' },
  );
  return figures;
}
