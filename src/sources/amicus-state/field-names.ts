/**
 * The spellings under which the fields of `state.json` are known, first the one that Amicus documents. One list for
 * the reader and for `describeState`, so that what is reported as recognised is what is read.
 */
export const STATE_FIELDS = {
  summary: ['summary'],
  steps: ['next_steps'],
  nodes: ['cluster_nodes', 'nodes'],
  heartbeats: ['heartbeats'],
  messages: ['messages'],
  activeFiles: ['active_files'],
  askUser: ['ask_user'],
  cluster: ['cluster_metadata'],
  workload: ['work_distribution'],
  written: ['last_updated', 'updated_at', 'last_update', 'timestamp'],
} as const;

export const NODE_FIELDS = {
  id: ['node_id', 'agent_id', 'id'],
  role: ['role'],
  model: ['model', 'model_info', 'model_name'],
  strength: ['strength', 'model_strength'],
  status: ['status', 'state'],
  task: ['current_task_id', 'current_task'],
  heartbeat: ['last_heartbeat', 'heartbeat', 'last_seen'],
  activity: ['last_activity'],
  idleSince: ['idle_since'],
  registered: ['registered_at', 'joined_at', 'started_at'],
  statusSince: ['status_since', 'status_changed_at'],
} as const;

export const TASK_FIELDS = {
  id: ['id', 'task_id'],
  text: ['task', 'description', 'title', 'text', 'name'],
  status: ['status', 'state'],
  priority: ['priority'],
  holder: ['assigned_to', 'claimed_by', 'agent_id', 'node_id', 'owner', 'assignee'],
  created: ['created_at', 'added_at'],
  claimed: ['claimed_at', 'started_at'],
  released: ['released_at'],
  ended: ['completed_at', 'finished_at', 'ended_at', 'failed_at'],
  outcome: ['outcome', 'result'],
  filesModified: ['files_modified'],
  testsPassed: ['tests_passed'],
  testsFailed: ['tests_failed'],
} as const;

export const MESSAGE_FIELDS = {
  id: ['id', 'message_id'],
  sender: ['from', 'sender', 'agent_id', 'node_id'],
  to: ['to', 'recipient'],
  body: ['message', 'content', 'text', 'body'],
  sent: ['timestamp', 'created_at', 'sent_at', 'time'],
  kind: ['type', 'priority'],
} as const;

export const CLUSTER_FIELDS = {
  maxNodes: ['max_agents', 'max_nodes'],
  manager: ['manager_id'],
  active: ['active_agent_count'],
  idle: ['idle_agent_count'],
  pending: ['pending_task_count'],
} as const;

export const WORKLOAD_FIELDS = {
  assessed: ['last_assessment'],
  status: ['workload_status'],
  advice: ['spawn_recommendation'],
} as const;
