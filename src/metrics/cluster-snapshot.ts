import { count, measure, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const WORKLOAD_STATUSES = ['idle', 'underutilized', 'balanced', 'overloaded'] as const;
export const SPAWN_RECOMMENDATIONS = ['spawn_developer', 'spawn_architect', 'terminate_idle', 'maintain'] as const;

export const clusterSnapshot = defineMetric({
  name: 'cluster.snapshot',
  category: 'cluster',
  doc: 'How many nodes and tasks there were at one moment, counted by us from the shared state.',
  fields: {
    active_nodes: count('Nodes that are not terminated and whose heartbeat is fresh; idle ones included.'),
    idle_nodes: count('Those of the active nodes that are idle.'),
    pending_tasks: count('Tasks that nobody has claimed.'),
    in_progress_tasks: count('Tasks that are claimed and not ended.'),
    oldest_pending_seconds: measure('seconds', 'Age of the oldest pending task. Absent when none is pending.'),
    max_nodes: count("The cluster's own limit on agents (`max_agents`)."),
    workload_status: oneOf(WORKLOAD_STATUSES, "Amicus's own judgement, as old as its last assessment."),
    spawn_recommendation: oneOf(SPAWN_RECOMMENDATIONS, "Amicus's own advice, as old as its last assessment."),
    assessment_age_seconds: measure('seconds', 'How old that assessment is.'),
  },
});
