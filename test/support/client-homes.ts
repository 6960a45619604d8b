import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('../fixtures/clients/', import.meta.url));

/** Where each client keeps a file of the samples, below a home folder. */
export const SAMPLE_FILES = {
  'claude-code': [
    ['transcript.jsonl', '.claude/projects/-home-dev-proj/a0000001-0000-4000-8000-000000000001.jsonl'],
    [
      'transcript-subagent.jsonl',
      '.claude/projects/-home-dev-proj/a0000001-0000-4000-8000-000000000001/subagents/agent-afd9eca94fa85c171.jsonl',
    ],
    [
      'transcript-subagent.meta.json',
      '.claude/projects/-home-dev-proj/a0000001-0000-4000-8000-000000000001/subagents/agent-afd9eca94fa85c171.meta.json',
    ],
  ],
  codex: [
    [
      'rollout.jsonl',
      '.codex/sessions/2026/11/22/rollout-2026-11-22T09-19-21-a0000051-0000-4000-8000-000000000051.jsonl',
    ],
  ],
  'gemini-cli': [['session.jsonl', '.gemini/tmp/proj/chats/session-2026-11-22T09-21-a0000074.jsonl']],
  'copilot-cli': [['events.jsonl', '.copilot/session-state/a000005f-0000-4000-8000-00000000005f/events.jsonl']],
  'qwen-code': [
    ['chat.jsonl', '.qwen/projects/-home-dev-proj/chats/a000007e-0000-4000-8000-00000000007e.jsonl'],
    ['usage_record.jsonl', '.qwen/usage_record.jsonl'],
  ],
  opencode: [],
} as const satisfies Readonly<Record<string, readonly (readonly [string, string])[]>>;

export type SampledClient = keyof typeof SAMPLE_FILES;
export const SAMPLED_CLIENTS = Object.keys(SAMPLE_FILES) as readonly SampledClient[];

/** A sample as it was recorded. */
export function sample(client: SampledClient, name: string): string {
  return readFileSync(join(FIXTURES, client, name), 'utf8');
}

/** Puts the recorded history of a client into a home folder. @returns The paths of its files. */
export function layOutHistory(home: string, client: SampledClient): string[] {
  if (client === 'opencode') return [layOutOpenCode(home)];
  return SAMPLE_FILES[client].map(([name, within]) => {
    const path = join(home, within);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(join(FIXTURES, client, name), path);
    return path;
  });
}

type Row = { readonly id: string; readonly session_id?: string; readonly message_id?: string; readonly data: unknown };

const rowsOf = (name: string): Row[] =>
  sample('opencode', name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** A database as OpenCode makes it, with the recorded rows, and with a secret where it keeps its own. */
export function layOutOpenCode(home: string, secret = 'none'): string {
  const path = join(home, '.local/share/opencode/opencode.db');
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  database.exec(`
    CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, parent_id TEXT, directory TEXT, title TEXT);
    CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, data TEXT NOT NULL);
    CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT NOT NULL, session_id TEXT, data TEXT NOT NULL);
    CREATE TABLE credential (id TEXT PRIMARY KEY, value TEXT);
  `);
  database.prepare('INSERT INTO credential VALUES (?, ?)').run('1', secret);
  const messages = rowsOf('message-rows.jsonl');
  for (const sessionId of new Set(messages.map((row) => row.session_id ?? ''))) {
    database.prepare('INSERT INTO session VALUES (?, ?, NULL, ?, ?)').run(sessionId, 'p', '/home/dev/proj', secret);
  }
  for (const { id, session_id: session = '', data } of messages) {
    database.prepare('INSERT INTO message VALUES (?, ?, ?)').run(id, session, JSON.stringify(data));
  }
  for (const { id, message_id: message = '', data } of rowsOf('part-rows.jsonl')) {
    database.prepare('INSERT INTO part VALUES (?, ?, NULL, ?)').run(id, message, JSON.stringify(data));
  }
  database.close();
  return path;
}
