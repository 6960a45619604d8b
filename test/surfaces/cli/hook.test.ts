import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { sample } from '../../support/client-homes.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../../src/surfaces/cli/main.ts', import.meta.url));

/** A workspace with a context folder in it. */
function workspace(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.ai'));
  return folder;
}

const START = JSON.stringify({ hook_event_name: 'SessionStart', session_id: 's-1', source: 'startup' });

const BAD: readonly string[] = [
  '',
  ' ',
  '\n',
  '\u0000',
  '{',
  '}',
  '{}',
  '[]',
  '[[[[',
  'null',
  'true',
  '42',
  '"text"',
  'not json',
  '{"hook_event_name":null}',
  '{"hook_event_name":7}',
  '{"hook_event_name":""}',
  '{"hook_event_name":"NeverHeardOf"}',
  '{"hook_event_name":"constructor"}',
  '{"hook_event_name":"__proto__"}',
  '{"hook_event_name":"PostToolUse"}',
  '{"hook_event_name":"PostToolUse","tool_use_id":{}}',
  '{"hook_event_name":"PostToolUse","tool_use_id":"t","tool_name":[],"tool_response":"text","duration_ms":"soon"}',
  '{"hook_event_name":"PostToolUse","tool_use_id":"t","tool_response":{"structuredPatch":[null,{"lines":[1]}]}}',
  '{"hook_event_name":"SessionStart","session_id":{"a":1}}',
  `{"hook_event_name":"SessionStart","session_id":"${'x'.repeat(5_000)}"}`,
  '{"hook_event_name":"SessionEnd","session_id":"s","reason":[]}',
  '{"hook_event_name":"afterFileEdit","edits":[1,null,{}]}',
  '{"hook_event_name":"afterFileEdit","edits":{}}',
  '{"hook_event_name":"SessionStart","session_id":"s","cwd":"\\u0000"}',
  '{"hook_event_name":"SessionStart","session_id":"s","cwd":7}',
  '['.repeat(100_000),
  '\ufeff{}',
];

describe('the command for hooks', () => {
  it.each(BAD.map((text) => [text.slice(0, 60), text] as const))(
    'takes %j without a word, and exits with 0',
    async (_name, text) => {
      const run = await runInProcess(['hook'], { cwd: workspace(), stdin: text });
      expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );

  it.each([
    [['hook', '--never-heard-of', 'x', '--json']],
    [['hook', 'status', '--client']],
    [['--dir', '/proc/none/of/this', 'hook']],
    [['--dir=/dev/null', 'hook']],
  ])('takes %j without a word, and exits with 0', async (argv) => {
    const run = await runInProcess(argv, { cwd: workspace(), stdin: START });
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('does so as a process, with a closed and with an endless input', () => {
    const folder = workspace();
    for (const input of ['', START, 'x'.repeat(1_000_000)]) {
      const run = spawnSync(process.execPath, [MAIN, 'hook'], { cwd: folder, input, encoding: 'utf8' });
      expect([run.status, run.stdout, run.stderr]).toEqual([0, '', '']);
    }
    const silent = spawnSync(process.execPath, [MAIN, 'hook'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    expect([silent.status, silent.stdout.length + silent.stderr.length]).toEqual([0, 0]);
  });

  it('records into the project, the named folder, or the nearest one above the working folder', async () => {
    const folder = workspace();
    const below = join(folder, 'src', 'deep');
    mkdirSync(below, { recursive: true });
    await runInProcess(['hook'], { cwd: '/', stdin: START, env: { CLAUDE_PROJECT_DIR: folder } });
    await runInProcess(['hook'], { cwd: below, stdin: START.replace('s-1', 's-2') });
    const payload = { ...(JSON.parse(START) as object), session_id: 's-3', cwd: below };
    await runInProcess(['hook'], { cwd: '/', stdin: JSON.stringify(payload) });
    await runInProcess(['--dir', join(folder, '.ai'), 'hook'], { cwd: '/', stdin: START.replace('s-1', 's-4') });
    const collector = openMetrics({ directory: join(folder, '.ai') });
    const { events } = await collector.query({ metric: 'session.started' });
    await collector.close();
    expect(new Set(events.map(({ data }) => data['session_id']))).toEqual(new Set(['s-1', 's-2', 's-3', 's-4']));
  });

  it('makes no folder where there is no cluster', async () => {
    const folder = temporaryFolder();
    await runInProcess(['hook'], { cwd: folder, stdin: START });
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(join(folder, '.ai'))).toBe(false);
  });

  it('counts a call once that the hook and the transcript both tell', async () => {
    const folder = workspace();
    const lines = sample('claude-code', 'hooks-stdin.jsonl').trimEnd().split('\n').slice(0, 16);
    for (const line of lines) await runInProcess(['hook'], { cwd: folder, stdin: line });
    const home = join(folder, 'home', 'projects', 'p');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 's.jsonl'), sample('claude-code', 'transcript.jsonl'));
    const imported = await runInProcess(['import', '--json', '--from', 'claude-code', join(folder, 'home')], {
      cwd: folder,
    });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    const collector = openMetrics({ directory: join(folder, '.ai') });
    const { rows } = await collector.aggregate({ metric: 'tool.called', aggregations: ['count'], groupBy: [] });
    await collector.close();
    expect(rows[0]?.values).toEqual({ count: 6 });
  });
});
