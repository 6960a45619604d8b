import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { HISTORIES } from '../../../src/sources/histories/index.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { ReadMarks } from '../../../src/sources/histories/read-marks.ts';
import { Reading } from '../../../src/sources/histories/reading.ts';
import { layOutHistory } from '../../support/client-homes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A call as Qwen Code writes it into a chat. */
const QWEN_CALL = {
  uuid: '20e54271-56e9-4b4b-8665-760e83538b44',
  sessionId: 'a0000094-0000-4000-8000-000000000094',
  timestamp: '2026-11-25T02:34:58.644Z',
  type: 'system',
  cwd: '/home/dev/proj',
  version: '0.24.4',
  subtype: 'ui_telemetry',
  systemPayload: {
    uiEvent: {
      'event.name': 'qwen-code.tool_call',
      'event.timestamp': '2026-11-25T02:34:58.644Z',
      call_id: 'call_0001',
      function_name: 'mcp__everything__echo',
      status: 'success',
      success: true,
      tool_type: 'mcp',
      mcp_server_name: 'everything',
    },
  },
};

/** Server and tool of each call in a client's histories. */
function callsOf(client: string, layOut: (home: string) => unknown): unknown[] {
  const home = temporaryFolder();
  const events: IncomingEvent[] = [];
  layOut(home);
  const reading = new Reading({
    marks: new ReadMarks(temporaryFolder(), 'test'),
    nowMillis: () => Date.now() + 3_600_000,
    tell: (event) => void events.push(event),
  });
  const history = HISTORIES.find(({ name }) => name === client);
  for (const place of history?.places({ HOME: home }) ?? []) {
    for (const part of history?.look(place, reading) ?? []) for (const _ of part.read());
  }
  const calls = events.filter(({ metric }) => metric === 'tool.called');
  return calls.map(({ data }) => [data['server'], data['tool']]);
}

describe('tools of MCP servers in histories', () => {
  it('have the names that their server gives them, in chats of Gemini CLI', () => {
    expect(callsOf('gemini-cli', (home) => layOutHistory(home, 'gemini-cli'))).toEqual([
      ['gemini-cli', 'run_shell_command'],
      ['demo', 'ping'],
      ['gemini-cli', 'write_file'],
    ]);
  });

  it('have the names that their server gives them, in chats of Qwen Code', () => {
    const layOut = (home: string): void => {
      const folder = join(home, '.qwen/projects/-home-dev-proj/chats');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'a.jsonl'), `${JSON.stringify(QWEN_CALL)}\n`);
    };
    expect(callsOf('qwen-code', layOut)).toEqual([['everything', 'echo']]);
  });
});
