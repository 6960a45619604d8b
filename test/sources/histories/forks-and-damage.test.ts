import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { IncomingEvent } from '../../../src/model/event.ts';
import { HISTORIES } from '../../../src/sources/histories/index.ts';
import { ReadMarks } from '../../../src/sources/histories/read-marks.ts';
import { Reading } from '../../../src/sources/histories/reading.ts';
import { layOutHistory, sample } from '../../support/client-homes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PROJECT = '.claude/projects/-home-dev-proj';
const ROLLOUTS = '.codex/sessions/2026/11/22';

function put(home: string, within: string, text: string): string {
  const path = join(home, within);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** All that a home's histories tell, an identity once. */
function tell(home: string): { events: IncomingEvent[]; reading: Reading } {
  const kept = new Map<string, IncomingEvent>();
  const reading = new Reading({
    marks: new ReadMarks(temporaryFolder(), 'test'),
    nowMillis: () => Date.now() + 3_600_000,
    tell: (event) => void (kept.has(event.identity ?? '') || kept.set(event.identity ?? '', event)),
  });
  for (const history of HISTORIES) {
    for (const place of history.places({ HOME: home })) {
      for (const part of history.look(place, reading)) for (const _ of part.read());
    }
  }
  return { events: [...kept.values()], reading };
}

const sum = (events: readonly IncomingEvent[], field: string): number =>
  events.reduce((total, { data }) => total + Number(data[field] ?? 0), 0);

const answer = (id: string, output: number, more: object = {}, message: object = {}): string =>
  `${JSON.stringify({
    isSidechain: false,
    message: {
      id: `msg_${id}`,
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [{ type: 'text', text: '"type":"user" and "usage":{' }],
      stop_reason: null,
      usage: { input_tokens: 10, output_tokens: output, cache_creation_input_tokens: 7 },
      ...message,
    },
    requestId: `req_${id}`,
    type: 'assistant',
    timestamp: '2026-11-22T09:12:23.316Z',
    cwd: '/home/dev/proj',
    sessionId: 'session-1',
    ...more,
  })}\n`;

describe('transcripts of Claude Code', () => {
  it('count a resumed or forked session once, whatever its lines are called now', () => {
    const home = temporaryFolder();
    layOutHistory(home, 'claude-code');
    const copy = sample('claude-code', 'transcript.jsonl').replaceAll('a0000001-', 'b0000001-');
    put(home, `${PROJECT}/b0000001-0000-4000-8000-000000000001.jsonl`, copy + answer('new', 5));
    const { events } = tell(home);
    const usage = events.filter(({ metric }) => metric === 'tokens.consumed');
    expect(usage).toHaveLength(8);
    expect(sum(usage, 'output_tokens')).toBe(616 + 5);
    expect(events.filter(({ metric }) => metric === 'tool.called')).toHaveLength(7);
  });

  it('know the sub-agent that asked', () => {
    const home = temporaryFolder();
    layOutHistory(home, 'claude-code');
    const usage = tell(home).events.filter(({ metric }) => metric === 'tokens.consumed');
    const ofAgent = usage.filter(({ data }) => data['agent_id'] === 'afd9eca94fa85c171');
    expect(ofAgent.map(({ data }) => data['input_tokens'])).toEqual([103, 106]);
    expect(sum(ofAgent, 'cached_tokens')).toBe(45_000);
    expect(new Set(usage.map(({ data }) => data['session_id'])).size).toBe(1);
  });

  it('take the last count of an answer that was logged while it streamed, and unsplit cache writes as of 5 minutes', () => {
    const home = temporaryFolder();
    put(home, `${PROJECT}/s.jsonl`, answer('a', 1) + answer('a', 40) + answer('a', 40) + answer('b', 3));
    const usage = tell(home).events.filter(({ metric }) => metric === 'tokens.consumed');
    expect(usage.map(({ data }) => data['output_tokens'])).toEqual([40, 3]);
    expect(usage[0]?.data).toMatchObject({ cache_write_5m_tokens: 7, input_tokens: 10 });
  });

  it('tell failed requests by class, and not as requests', () => {
    const home = temporaryFolder();
    const failed = { isApiErrorMessage: true, apiErrorStatus: 529, error: 'server_error' };
    put(home, `${PROJECT}/s.jsonl`, answer('a', 0, failed, { model: '<synthetic>' }));
    const { events } = tell(home);
    expect(events.filter(({ metric }) => metric === 'tokens.consumed')).toEqual([]);
    expect(events.find(({ metric }) => metric === 'api.failed')?.data).toMatchObject({
      failure: 'server_error',
      status: '529',
      session_id: 'session-1',
    });
  });

  it('read results of tools the same whether long texts are cut out or not', () => {
    const [home, plain] = [temporaryFolder(), temporaryFolder()];
    const lines = (text: string): string =>
      [
        { content: text, toolUseResult: { stdout: text, stderr: '', interrupted: true } },
        { content: text, is_error: true, toolUseResult: `Error: ${text}` },
        {
          content: text,
          toolUseResult: {
            filePath: '/home/dev/proj/a.ts',
            originalFile: text,
            structuredPatch: [{ lines: ['+a', '-b', '+c'] }],
          },
        },
        { content: [{ type: 'text', text }], toolUseResult: [{ type: 'text', text }] },
      ]
        .map(({ content, is_error, toolUseResult }, n) =>
          JSON.stringify({
            isSidechain: false,
            type: 'user',
            message: { role: 'user', content: [{ tool_use_id: `t${n}`, type: 'tool_result', content, is_error }] },
            uuid: `u${n}`,
            timestamp: '2026-11-22T09:12:23.316Z',
            toolUseResult,
            cwd: '/home/dev/proj',
            sessionId: 'session-1',
          }),
        )
        .join('\n');
    put(home, `${PROJECT}/s.jsonl`, `${lines('quote " back\\slash\n"}]},"uuid":"x" ","stderr":" '.repeat(200))}\n`);
    put(plain, `${PROJECT}/s.jsonl`, `${lines('short')}\n`);
    const { events } = tell(home);
    expect(events).toEqual(tell(plain).events);
    expect(events.map(({ data }) => data['outcome'] ?? data['lines_added'])).toEqual([
      undefined,
      'cancelled',
      'error',
      'success',
      2,
      'success',
    ]);
  });

  it('pass over garbage, count it, and read what stands around it', () => {
    const home = temporaryFolder();
    const garbage = [
      '{"type":"assistant"',
      '"type":"assistant" "usage":{',
      `{"type":"assistant","message":${'['.repeat(5_000)}`,
      '\u0000\u0001\u0002',
      '{"type":"user","message":{"content":[{"type":"tool_result"}]}}',
      '{"type":"never-heard-of"}',
      '[]',
      '',
    ].join('\n');
    put(home, `${PROJECT}/s.jsonl`, `${answer('a', 4)}${garbage}\n${answer('b', 5)}`);
    const { events, reading } = tell(home);
    expect(sum(events, 'output_tokens')).toBe(9);
    expect(reading.counts.damaged).toBeGreaterThan(0);
    expect([...reading.counts.unknownTypes.keys()]).toContain('never-heard-of');
  });

  it('pass over a line that is longer than any should be, in bounded memory', () => {
    const home = temporaryFolder();
    const path = put(home, `${PROJECT}/s.jsonl`, answer('a', 4));
    appendFileSync(path, `{"type":"user","x":"${'y'.repeat(40 << 20)}"}\n`);
    appendFileSync(path, answer('b', 5));
    const { events, reading } = tell(home);
    expect(sum(events, 'output_tokens')).toBe(9);
    expect(reading.scanner.tooLong).toBe(1);
  });

  it('are not looked for behind links, nor in files that are none', () => {
    const [home, outside] = [temporaryFolder(), temporaryFolder()];
    const secret = put(outside, 'other/s.jsonl', answer('a', 4));
    put(home, `${PROJECT}/tool-results/x.jsonl`, answer('b', 5));
    put(home, `${PROJECT}/s/tool-results/x.jsonl`, answer('c', 6));
    put(home, '.claude/history.jsonl', answer('d', 7));
    symlinkSync(join(outside, 'other'), join(home, PROJECT, 'link'));
    symlinkSync(secret, join(home, PROJECT, 'link.jsonl'));
    const { events, reading } = tell(home);
    expect(events.filter(({ metric }) => metric === 'tokens.consumed')).toEqual([]);
    expect(reading.counts.files).toBeLessThanOrEqual(1);
  });
});

describe('rollouts of Codex', () => {
  const line = (type: string, payload: object, timestamp = '2026-11-22T09:19:25.000Z'): string =>
    `${JSON.stringify({ timestamp, type, payload })}\n`;
  const meta = (id: string, more: object = {}): string =>
    line('session_meta', { id, cwd: '/home/dev/proj', cli_version: '0.100.0', ...more }, '2026-11-22T09:19:21.000Z');
  const total = (tokens: number, timestamp?: string): string =>
    line(
      'event_msg',
      {
        type: 'token_count',
        info: {
          total_token_usage: {
            input_tokens: tokens,
            cached_input_tokens: 10,
            output_tokens: 5,
            total_tokens: tokens + 5,
          },
        },
      },
      timestamp,
    );

  it('count the records that a fork repeats once, under the thread that made them', () => {
    const home = temporaryFolder();
    layOutHistory(home, 'codex');
    const parent = sample('codex', 'rollout.jsonl');
    const fork = meta('fork-1', { forked_from_id: 'a0000051-0000-4000-8000-000000000051' });
    put(home, `${ROLLOUTS}/rollout-2026-11-22T10-00-00-fork-1.jsonl`, fork + parent);
    const usage = tell(home).events.filter(({ metric }) => metric === 'tokens.consumed');
    expect(usage).toHaveLength(2);
    expect(new Set(usage.map(({ data }) => data['session_id']))).toEqual(
      new Set(['a0000051-0000-4000-8000-000000000051']),
    );
  });

  it('of old versions count by the growth of their totals, repeated ones nothing', () => {
    const home = temporaryFolder();
    const text =
      meta('t1') + total(100) + total(100) + total(250) + line('event_msg', { type: 'token_count', info: null });
    put(home, `${ROLLOUTS}/rollout-2026-11-22T09-19-21-t1.jsonl`, text);
    const usage = tell(home).events.filter(({ metric }) => metric === 'tokens.consumed');
    expect(sum(usage, 'input_tokens') + sum(usage, 'cached_tokens')).toBe(250);
    expect(sum(usage, 'output_tokens')).toBe(5);
  });

  it('of old forks leave out what the parent used', () => {
    const home = temporaryFolder();
    const at = '2026-11-22T09:19:21.100Z';
    const fork = meta('f', { forked_from_id: 't1' }) + total(100, at) + total(250, at) + total(400);
    put(home, `${ROLLOUTS}/rollout-2026-11-22T09-19-21-f.jsonl`, fork);
    const usage = tell(home).events.filter(({ metric }) => metric === 'tokens.consumed');
    expect(sum(usage, 'input_tokens') + sum(usage, 'cached_tokens')).toBe(150);
  });

  it('tell calls, changed lines and the sub-agent', () => {
    const home = temporaryFolder();
    put(home, `${ROLLOUTS}/rollout-2026-11-22T09-31-34-a.jsonl`, sample('codex', 'rollout-hooks-session.jsonl'));
    const sub = meta('sub', {
      session_id: 'root',
      source: { subagent: { thread_spawn: { parent_thread_id: 'root' } } },
    });
    const usage = { input_tokens: 9, output_tokens: 1, total_tokens: 10 };
    put(
      home,
      `${ROLLOUTS}/rollout-2026-11-22T09-40-00-sub.jsonl`,
      sub + line('token_usage_record', { thread_id: 'sub', session_id: 'root', response_id: 'r9', usage }),
    );
    const { events } = tell(home);
    expect(
      events.filter(({ metric }) => metric === 'tool.called').map(({ data }) => [data['server'], data['tool']]),
    ).toEqual([
      ['codex', 'exec_command'],
      ['demo', 'ping'],
      ['codex', 'apply_patch'],
    ]);
    expect(events.find(({ metric }) => metric === 'code.changed')?.data).toMatchObject({
      files_modified: ['hello.py'],
      lines_added: 2,
      lines_deleted: 0,
    });
    expect(events.find(({ data }) => data['agent_id'] === 'sub')?.data).toMatchObject({ session_id: 'root' });
    expect(readFileSync(join(home, `${ROLLOUTS}/rollout-2026-11-22T09-31-34-a.jsonl`), 'utf8')).toContain(
      'apply_patch',
    );
  });
});
