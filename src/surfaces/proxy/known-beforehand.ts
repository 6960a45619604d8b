import type { ConnectionFacts } from '../../sources/mcp-proxy/mcp-observer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Set by `amicus-metrics run`, for proxies that a client starts. Clients hand these on where they keep OTEL_* back. */
export const NODE_VARIABLE = 'AMICUS_NODE_ID';
export const TASK_VARIABLE = 'AMICUS_TASK_ID';

/**
 * What options and environment tell of the client that started this process. Of the environment only these names are
 * ever read: it holds secrets.
 */
export function knownBeforehand(
  given: { readonly name: string | undefined; readonly node: string | undefined; readonly task: string | undefined },
  environment: Environment,
): ConnectionFacts {
  const attributes = resourceAttributes(environment['OTEL_RESOURCE_ATTRIBUTES']);
  return {
    server: given.name,
    nodeId: given.node ?? environment[NODE_VARIABLE] ?? attributes.get('amicus.node_id'),
    taskId: given.task ?? environment[TASK_VARIABLE] ?? attributes.get('amicus.task_id'),
    sessionId: environment['CLAUDE_CODE_SESSION_ID'],
  };
}

/** The pairs of `OTEL_RESOURCE_ATTRIBUTES`, in their order, as they are written. */
export function resourceAttributes(text: string | undefined): Map<string, string> {
  const pairs = (text ?? '').split(',').flatMap((part): [string, string][] => {
    const gap = part.indexOf('=');
    return gap <= 0 ? [] : [[part.slice(0, gap).trim(), part.slice(gap + 1).trim()]];
  });
  return new Map(pairs);
}
