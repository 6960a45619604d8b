import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { taskTrace } from '../../../src/analysis/reports/task-trace.ts';
import { openMetrics } from '../../../src/metrics-collector.ts';
import type { EventData } from '../../../src/model/event.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const COUNTED = { client: 'claude-code', session_id: 's-1', lines_added: 12 };
const EDITED = { client: 'claude-code', session_id: 's-1', lines_added: 5, files_modified: ['a.ts'] };
const BY_GIT = { lines_added: 11, files_modified: ['a.ts', 'b.ts'] };
const OF_ANOTHER = { client: 'gemini-cli', session_id: 's-2', lines_added: 3 };

/** How many changes the trace of a task shows, of those that were told of it. */
async function shownOf(told: readonly EventData[]): Promise<number | undefined> {
  const clock = new ManualTime();
  const collector = openMetrics({ directory: join(temporaryFolder(), '.ai'), clock });
  const atMicros = clock.nowMicros();
  const emit = (metric: 'task.created' | 'code.changed', data: EventData, after: number) =>
    collector.emit({
      metric,
      atMicros: atMicros + after,
      source: 'git',
      inferred: false,
      data: { task_id: 't-1', ...data },
    });
  emit('task.created', {}, 0);
  for (const [index, data] of told.entries()) emit('code.changed', data, index + 1);
  clock.pass(1_000);
  const trace = await taskTrace(collector, 't-1', {}, clock.nowMicros());
  await collector.close();
  return trace?.work.length;
}

describe('changed lines that were told more than once', () => {
  it("are shown as git tells them of a task, else edit by edit, else by a client's counters", async () => {
    expect(await shownOf([COUNTED, COUNTED, EDITED, BY_GIT])).toBe(1);
    expect(await shownOf([COUNTED, COUNTED, EDITED, OF_ANOTHER])).toBe(2);
    expect(await shownOf([COUNTED, COUNTED, OF_ANOTHER])).toBe(3);
  });

  it('are shown as the client tells them where git saw only a part of the task', async () => {
    const ofPart = { lines_added: 2, files_modified: ['a.ts'] };
    expect(await shownOf([EDITED, EDITED, EDITED, ofPart])).toBe(3);
  });

  it('are shown as git tells them where a client only counts what was written and rewritten', async () => {
    const rewritten = { ...EDITED, lines_added: 90, lines_deleted: 82 };
    expect(await shownOf([rewritten, rewritten, { ...BY_GIT, lines_added: 16 }])).toBe(1);
    const shrunk = { ...EDITED, lines_added: 0, lines_deleted: 40 };
    expect(await shownOf([shrunk, { lines_added: 0, lines_deleted: 10 }, { lines_deleted: 5 }])).toBe(1);
  });
});
