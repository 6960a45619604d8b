import type { Kept, Wanted } from './envelope-scanner.ts';

const keep = (as: string, more: Omit<Wanted, 'as'> = {}): Wanted => ({ as, ...more });
const within = (members: Readonly<Record<string, Wanted>>, more: Omit<Wanted, 'members'> = {}): Wanted => ({
  ...more,
  members: new Map(Object.entries(members)),
});

const CLIENT_INFO = within({ name: keep('clientName'), version: keep('clientVersion') });
const SERVER_INFO = within({ name: keep('serverName') });

/**
 * Everything that is ever read of a message, in either direction and either era of the protocol. Of arguments only what
 * names a node or a task or counts something; whether that is looked at is decided by `amicus-call.ts`.
 */
export const ENVELOPE: Wanted = within({
  id: keep('id', { raw: true }),
  method: keep('method'),
  params: within({
    name: keep('tool'),
    clientInfo: CLIENT_INFO,
    requestId: keep('requestId', { raw: true }),
    taskId: keep('taskId'),
    status: keep('status'),
    arguments: within({
      agent_id: keep('nodeId'),
      node_id: keep('nodeId'),
      from_agent: keep('fromNodeId'),
      outcome: keep('outcome'),
      files_modified: keep('filesModified'),
      tests_passed: keep('testsPassed'),
      tests_failed: keep('testsFailed'),
    }),
    _meta: within({
      'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
      'claudecode/toolUseId': keep('toolUseId'),
      callId: keep('callId'),
      threadId: keep('threadId'),
      sessionId: keep('sessionId'),
    }),
  }),
  result: within(
    {
      isError: keep('isError'),
      resultType: keep('resultType'),
      serverInfo: SERVER_INFO,
      _meta: within({ 'io.modelcontextprotocol/serverInfo': SERVER_INFO }),
      task: within({ taskId: keep('taskId'), status: keep('status') }),
      taskId: keep('taskId'),
      status: keep('status'),
      tools: { elements: within({ name: keep('tools', { all: true }) }) },
    },
    { as: 'result' },
  ),
  error: within({}, { as: 'error' }),
});

/** What was read of a message, typed. */
export class Envelope {
  readonly #kept: Kept;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /** False for lines that are no message of the protocol. */
  get isMessage(): boolean {
    return this.method !== undefined || (this.id !== undefined && (this.has('result') || this.has('error')));
  }

  /** As it is written, quotes included. */
  get id(): string | undefined {
    const id = this.text('id');
    return id === 'null' ? undefined : id;
  }

  get method(): string | undefined {
    return this.text('method');
  }

  get tools(): readonly string[] {
    const tools = this.#kept.get('tools');
    return Array.isArray(tools) ? tools : [];
  }

  has(name: string): boolean {
    return this.#kept.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#kept.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  count(name: string): number | undefined {
    const value = this.#kept.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  isTrue(name: string): boolean {
    return this.#kept.get(name) === true;
  }
}
