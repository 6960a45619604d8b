import type { MetricData } from '../../metrics/index.ts';
import { toolIdentity } from '../../model/session-identity.ts';
import type { CastNode } from './cast.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

export type ToolCall = {
  readonly server: string;
  readonly tool: string;
  readonly durationMillis: number;
  readonly responseBytes: number;
  readonly outcome?: MetricData<'tool.called'>['outcome'];
  readonly taskId?: string;
  /** Where a client tells the call: its session and its own id of the call. */
  readonly told?: { readonly client: string; readonly sessionId: string; readonly callId: string };
};

/** Tells a call that has just ended. */
export function callTool(cluster: SimulatedCluster, node: CastNode, call: ToolCall): void {
  const { told, taskId, outcome = 'success' } = call;
  cluster.teller.tell(
    cluster.now,
    'tool.called',
    {
      node_id: node.nodeId,
      ...(taskId === undefined ? {} : { task_id: taskId }),
      ...(told === undefined ? {} : { client: told.client, session_id: told.sessionId }),
      server: call.server,
      tool: call.tool,
      duration_ms: call.durationMillis,
      outcome,
      ...(outcome === 'error' ? { error_kind: 'tool' } : {}),
      response_bytes: Math.round(call.responseBytes),
    },
    told === undefined ? {} : { source: 'otlp', identity: toolIdentity(told.client, told.callId) },
  );
}
