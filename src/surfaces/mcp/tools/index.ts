import { decideInsight } from './decide-insight.ts';
import { getClusterClock } from './get-cluster-clock.ts';
import { getCosts } from './get-costs.ts';
import { getMetricsInsights } from './get-metrics-insights.ts';
import { getMyWorkload } from './get-my-workload.ts';
import { queryMetrics } from './query-metrics.ts';
import type { MetricsTool } from './tool.ts';

/** Every tool, in the order in which clients list them. At most six, in at most 2,000 tokens: each agent pays for all. */
export const TOOLS: readonly MetricsTool[] = [
  getMetricsInsights,
  getMyWorkload,
  getClusterClock,
  getCosts,
  queryMetrics,
  decideInsight,
];
