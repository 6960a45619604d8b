import { describe, expect, it } from 'vitest';

import { catalogueOf } from '../../../src/metrics/index.ts';
import { hookEvents } from '../../../src/sources/hooks/hook-events.ts';
import { sample } from '../../support/client-homes.ts';

const NOW_MICROS = 1_795_478_400_000_000;

const told = (payload: unknown) => hookEvents(payload, { nowMicros: NOW_MICROS });
const toldBy = (client: 'claude-code' | 'codex') =>
  sample(client, 'hooks-stdin.jsonl')
    .trimEnd()
    .split('\n')
    .flatMap((line) => told(JSON.parse(line)));

const shortly = (client: 'claude-code' | 'codex'): string[] =>
  toldBy(client).map(({ metric, data }) =>
    [metric, data['tool'], data['outcome'] ?? data['start'] ?? data['reason'] ?? data['lines_added']]
      .filter((part) => part !== undefined)
      .join(' '),
  );

describe('what hooks tell', () => {
  it('of Claude Code: sessions, calls by their ids, changed lines', () => {
    expect(shortly('claude-code').slice(0, 9)).toEqual([
      'session.started fresh',
      'tool.called Write success',
      'code.changed 2',
      'tool.called Bash success',
      'tool.called Agent success',
      'tool.called Read error',
      'tool.called Edit success',
      'code.changed 1',
      'session.ended other',
    ]);
    const [, write] = toldBy('claude-code');
    expect(write).toMatchObject({ identity: '["tool","claude-code","toolu_mock00012"]', source: 'transcript' });
    expect(write?.data).toMatchObject({ duration_ms: 33, server: 'claude-code' });
  });

  it('of Codex, with the tools of MCP servers under their own names', () => {
    expect(shortly('codex')).toEqual([
      'session.started fresh',
      'tool.called Bash success',
      'tool.called ping success',
      'tool.called apply_patch success',
      'session.ended other',
    ]);
    expect(toldBy('codex')[2]?.data).toMatchObject({ client: 'codex', server: 'demo' });
  });

  it('of Gemini CLI and Qwen Code: sessions; their calls of tools have no id and are left to telemetry and history', () => {
    const base = {
      session_id: 's-1',
      transcript_path: '/home/dev/.gemini/tmp/p/chats/session-1.json',
      cwd: '/home/dev',
    };
    expect(told({ ...base, hook_event_name: 'SessionStart', source: 'resume' })[0]?.data).toMatchObject({
      client: 'gemini-cli',
      start: 'resume',
    });
    expect(told({ ...base, hook_event_name: 'AfterTool', tool_name: 'read_file', tool_response: {} })).toEqual([]);
    const qwen = {
      ...base,
      transcript_path: '/home/dev/.qwen/projects/p/chats/1.jsonl',
      hook_event_name: 'SessionEnd',
    };
    expect(told(qwen)[0]?.data).toMatchObject({ client: 'qwen-code' });
  });

  it('of Cursor: calls and edits, under the conversation', () => {
    const base = {
      conversation_id: 'c-1',
      generation_id: 'g',
      cursor_version: '3',
      workspace_roots: ['/home/dev/proj'],
    };
    const call = { ...base, hook_event_name: 'postToolUse', tool_name: 'Shell', tool_use_id: 'u1', duration: 12 };
    expect(told(call)[0]?.data).toMatchObject({ client: 'cursor', session_id: 'c-1', tool: 'Shell', duration_ms: 12 });
    const edit = {
      ...base,
      hook_event_name: 'afterFileEdit',
      file_path: '/home/dev/proj/src/a.ts',
      edits: [{ old_string: 'a', new_string: 'b\nc' }],
    };
    expect(told(edit)[0]?.data).toMatchObject({ files_modified: ['src/a.ts'], lines_added: 2, lines_deleted: 1 });
  });

  it('of failures: the class, never the text', () => {
    const [failed] = told({
      hook_event_name: 'StopFailure',
      session_id: 's',
      error: 'rate_limit',
      error_details: 'XSECRETX',
    });
    expect(failed).toMatchObject({ metric: 'api.failed', data: { failure: 'rate_limited' } });
    expect(JSON.stringify(failed)).not.toContain('XSECRETX');
  });

  it('never names a file that lies outside of the working folder', () => {
    const payload = {
      hook_event_name: 'PostToolUse',
      session_id: 's',
      cwd: '/home/dev/proj',
      tool_use_id: 't',
      tool_name: 'Write',
      tool_response: { type: 'create', filePath: '/home/dev/secret/plan.txt', content: 'a\nb\n' },
    };
    expect(told(payload)[1]?.data).toMatchObject({ files_modified: undefined, lines_added: 2 });
  });

  it('says for whom, where that is known', () => {
    const payload = { hook_event_name: 'SessionStart', session_id: 's' };
    const [event] = hookEvents(payload, { nowMicros: NOW_MICROS, nodeId: 'Node-1', taskId: 'task-1', client: 'codex' });
    expect(event?.data).toMatchObject({ node_id: 'Node-1', task_id: 'task-1', client: 'codex' });
  });

  it('uses only declared fields', () => {
    const catalogue = catalogueOf();
    for (const { metric, data } of [...toldBy('claude-code'), ...toldBy('codex')]) {
      const declared = Object.keys(catalogue.get(metric)?.fields ?? {});
      const given = Object.keys(data).filter((field) => data[field] !== undefined);
      expect(given.filter((field) => !declared.includes(field))).toEqual([]);
    }
  });
});
