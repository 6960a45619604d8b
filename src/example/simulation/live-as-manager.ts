import { usageIdentity } from '../../model/usage-identity.ts';
import { modelOf } from './cast.ts';
import { drawsFor, hexOf, logNormal } from './draws.ts';
import type { Process } from './schedule.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { callTool } from './tool-calls.ts';

const ASSESS_SECONDS = 900;

/** The manager looks at the cluster now and then, more often while there is something to do. */
export function* liveAsManager(cluster: SimulatedCluster): Process {
  const random = drawsFor(cluster.seed, 23);
  const { manager } = cluster.cast;
  const { client, model } = modelOf(cluster.cast, manager, 0);
  const sessionId = hexOf(random, 3);
  cluster.join(manager, model);
  for (let nth = 0; ; nth += 1) {
    const began = cluster.now;
    yield* cluster.access(manager, 'write', random);
    callTool(cluster, manager, {
      server: 'amicus',
      tool: 'assess_workload',
      durationMillis: (cluster.now - began) * 1e3 + 2,
      responseBytes: 380,
    });
    const context = logNormal(random, 9_000, 0.3);
    const data = {
      node_id: manager.nodeId,
      model,
      client,
      session_id: sessionId,
      feed: 'events',
      requests: 1,
    } as const;
    const tokens = {
      input_tokens: Math.round(context * 0.2),
      cached_tokens: Math.round(context * 0.8),
      output_tokens: Math.round(logNormal(random, 220, 0.4)),
    };
    const identity = usageIdentity(client, `req_${sessionId}_${nth}`);
    cluster.teller.tell(cluster.now, 'tokens.consumed', { ...data, ...tokens }, { source: 'otlp', identity });
    const isBusy = cluster.queue.size + cluster.claimed > 0;
    yield ASSESS_SECONDS * (isBusy ? 1 : 4) * random.between(0.8, 1.2);
  }
}
