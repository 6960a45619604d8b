import { type Signal, SIGNALS } from '../../sources/otlp/telemetry.ts';

/** Where a request goes. `node`: of a path that begins with `/n/<node>`. */
export type Route = OtlpRoute | HookRoute;
type OtlpRoute = { readonly to: 'otlp'; readonly signal: Signal; readonly node: string | undefined };
export type HookRoute = { readonly to: 'hook'; readonly client: string; readonly node: string | undefined };

const PATH = /^(?:\/n\/([A-Za-z0-9._-]{1,64}))?\/(?:v1\/([a-z]{1,16})|hook\/([a-z][a-z0-9-]{0,31}))$/;

/** The route of a path, its query left out; undefined for a path that leads nowhere. All routes are of POST. */
export function routeOf(url: string): Route | undefined {
  const [path = ''] = url.split('?', 1);
  const [, node, signalName, client] = PATH.exec(path) ?? [];
  if (client !== undefined) return { to: 'hook', client, node };
  const signal = SIGNALS.find((name) => name === signalName);
  return signal === undefined ? undefined : { to: 'otlp', signal, node };
}
