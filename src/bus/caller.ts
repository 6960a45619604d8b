import { clientName } from '../model/client-name.ts';

/** Who called a tool, as far as the client says: what joins the call to what the client tells of it elsewhere. */
export type Caller = {
  readonly client: string | undefined;
  readonly sessionId: string | undefined;
  /** The client's own id of the call. */
  readonly callId: string | undefined;
};

/** The longest id that is believed. */
const MAX_ID = 128;

/** Where a client names itself since 2026-07-28: beside each call, instead of once at the start. */
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

/**
 * Reads the few names that Claude Code (`claudecode/toolUseId`) and Codex (`callId`, `threadId`) put beside a call.
 *
 * @param toldName How the client called itself when it connected, if it did.
 */
export function callerOf(
  toldName: string | undefined,
  { _meta: meta, envelope }: { readonly _meta?: object | undefined; readonly envelope?: object | undefined },
): Caller {
  const id = (...keys: readonly string[]): string | undefined => keys.map((key) => textAt(meta, key)).find(Boolean);
  const info: unknown = envelope === undefined ? undefined : Reflect.get(envelope, CLIENT_INFO);
  const name = toldName ?? (typeof info === 'object' && info !== null ? textAt(info, 'name') : undefined);
  return {
    client: name === undefined ? undefined : clientName(name),
    sessionId: id('threadId', 'sessionId'),
    callId: id('claudecode/toolUseId', 'callId'),
  };
}

function textAt(owner: object | undefined, key: string): string | undefined {
  const value: unknown = owner === undefined ? undefined : Reflect.get(owner, key);
  return typeof value === 'string' && value.length <= MAX_ID ? value : undefined;
}
