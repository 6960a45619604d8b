import { type Signal, SIGNALS } from '../../sources/otlp/telemetry.ts';

/** Where a request goes. `node`: of a path that begins with `/n/<node>`. */
export type Route = OtlpRoute | HookRoute | McpRoute;
export type OtlpRoute = { readonly to: 'otlp'; readonly signal: Signal; readonly node: string | undefined };
export type HookRoute = { readonly to: 'hook'; readonly client: string; readonly node: string | undefined };
/** Takes every method: what the protocol has no use for, the mount itself refuses. */
export type McpRoute = { readonly to: 'mcp'; readonly node: string | undefined };

const PATH = /^(?:\/n\/([A-Za-z0-9._-]{1,64}))?\/(?:v1\/([a-z]{1,16})|hook\/([a-z][a-z0-9-]{0,31})|(mcp))$/;

/** The route of a path, its query left out; undefined for a path that leads nowhere. All routes but that of MCP are of POST. */
export function routeOf(url: string): Route | undefined {
  const [path = ''] = url.split('?', 1);
  const [, node, signalName, client, mcp] = PATH.exec(path) ?? [];
  if (mcp !== undefined) return { to: 'mcp', node };
  if (client !== undefined) return { to: 'hook', client, node };
  const signal = SIGNALS.find((name) => name === signalName);
  return signal === undefined ? undefined : { to: 'otlp', signal, node };
}
