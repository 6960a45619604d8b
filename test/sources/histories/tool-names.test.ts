import { describe, expect, it } from 'vitest';

import { HISTORIES } from '../../../src/sources/histories/index.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { ReadMarks } from '../../../src/sources/histories/read-marks.ts';
import { Reading } from '../../../src/sources/histories/reading.ts';
import { layOutHistory, type SampledClient } from '../../support/client-homes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Server and tool of each call in a recorded history. */
function callsOf(client: SampledClient): unknown[] {
  const home = temporaryFolder();
  const events: IncomingEvent[] = [];
  layOutHistory(home, client);
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
    expect(callsOf('gemini-cli')).toEqual([
      ['gemini-cli', 'run_shell_command'],
      ['demo', 'ping'],
      ['gemini-cli', 'write_file'],
    ]);
  });
});
