import type { TOOL_OUTCOMES } from '../../metrics/tool-called.ts';
import type { IncomingEvent } from '../../model/event.ts';
import { codeIdentity, sessionIdentity, toolIdentity } from '../../model/session-identity.ts';
import type { ChangedLines } from '../changed-lines.ts';

/** Whose session something happened in. */
export type Session = {
  readonly client: string;
  readonly session_id: string | undefined;
  readonly agent_id?: string | undefined;
};

export type ToolOutcome = (typeof TOOL_OUTCOMES)[number];

/** What is known of every event that a history or a hook tells. */
const KNOWN = { source: 'transcript', inferred: false } as const;

/** The MCP server and its tool, from the name under which clients list it; for other tools the client is the server. */
export function toolNames(client: string, name: string | undefined): { server: string; tool: string | undefined } {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/s.exec(name ?? '') ?? [];
  return server === undefined || tool === undefined ? { server: client, tool: name } : { server, tool };
}

export function toolCalled(
  session: Session,
  atMicros: number,
  call: {
    readonly callId: string | undefined;
    readonly server: string;
    readonly tool: string | undefined;
    readonly outcome: ToolOutcome;
    readonly durationMillis?: number | undefined;
  },
): IncomingEvent {
  const { callId, server, tool, outcome, durationMillis } = call;
  return {
    ...KNOWN,
    metric: 'tool.called',
    atMicros,
    identity: callId === undefined ? undefined : toolIdentity(session.client, callId),
    data: { ...session, server, tool, outcome, duration_ms: durationMillis },
  };
}

export function codeChanged(
  session: Session,
  atMicros: number,
  change: ChangedLines & { readonly callId: string | undefined; readonly files: readonly (string | undefined)[] },
): IncomingEvent {
  const files = change.files.filter((file) => file !== undefined);
  return {
    ...KNOWN,
    metric: 'code.changed',
    atMicros,
    identity: change.callId === undefined ? undefined : codeIdentity(session.client, change.callId),
    data: {
      client: session.client,
      session_id: session.session_id,
      files_modified: files.length === 0 ? undefined : files,
      lines_added: change.added,
      lines_deleted: change.deleted,
    },
  };
}

type SessionData = {
  readonly start?: string | undefined;
  readonly model?: string | undefined;
  readonly client_version?: string | undefined;
  readonly reason?: string | undefined;
  readonly duration_seconds?: number | undefined;
};

/** The beginning or the end of a session; nothing where the session has no id, for then it could not count once. */
export function sessionEvent(
  metric: 'session.started' | 'session.ended',
  { client, session_id }: Session,
  atMicros: number,
  more: SessionData,
): IncomingEvent | undefined {
  if (session_id === undefined) return undefined;
  const identity = sessionIdentity(metric, client, session_id);
  return { ...KNOWN, metric, atMicros, identity, data: { client, session_id, ...more } };
}
