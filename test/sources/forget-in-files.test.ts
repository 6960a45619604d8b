import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AmicusStateSource } from '../../src/sources/amicus-state/amicus-state-source.ts';
import { forgetInFiles } from '../../src/sources/forget-in-files.ts';
import { ReadMarks } from '../../src/sources/histories/read-marks.ts';
import { ManualTime } from '../support/manual-time.ts';
import { replaceState } from '../support/state-documents.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ToldEvents } from '../support/told-events.ts';

const NODE = 'Node-Q7ZK4W';
const BASELINE = 'amicus-state.baseline.json';

/** Follows a cluster of two nodes and two tasks, and leaves its baseline. */
async function follow(directory: string, told = new ToldEvents()): Promise<ToldEvents> {
  const time = new ManualTime();
  const node = (name: string, task: string) => ({ name, role: 'developer', status: 'working', current_task: task });
  const document = {
    cluster_nodes: { [NODE]: node(NODE, 'task-1'), 'Node-2': node('Node-2', 'task-2') },
    next_steps: [
      { id: 'task-1', task: 'a', status: 'in_progress', assigned_to: NODE },
      { id: 'task-2', task: 'b', status: 'in_progress', assigned_to: 'Node-2' },
    ],
    messages: [{ from: NODE, message: 'hello', timestamp: time.seconds }],
  };
  replaceState(directory, document, time.seconds);
  const source = new AmicusStateSource({ directory, watch: false });
  onTestFinished(async () => source.stop());
  await source.start(told.context(time));
  time.pass(1_000);
  await source.stop();
  return told;
}

describe('what sources keep between runs', () => {
  it('is free of what was forgotten, and goes on with the rest', async () => {
    const directory = temporaryFolder();
    const first = await follow(directory);
    const read = (): string => readFileSync(join(directory, BASELINE), 'utf8');
    expect(read()).toContain(NODE);
    expect(forgetInFiles(directory, [NODE], 'look')).toEqual([BASELINE]);
    expect(read()).toContain(NODE);
    expect(forgetInFiles(directory, [NODE], 'remove')).toEqual([BASELINE]);
    expect(read()).not.toContain(NODE);
    expect(read()).toContain('Node-2');
    expect(read()).toContain('task-1');
    expect(forgetInFiles(directory, [NODE], 'remove')).toEqual([]);
    // A watcher that goes on from there tells nothing new of what it knows.
    const known = new Set(first.kept.map(({ identity }) => identity));
    const second = await follow(directory);
    const fresh = second.kept.filter(({ identity, metric }) => !known.has(identity) && metric !== 'cluster.snapshot');
    expect(fresh.filter(({ data }) => data['node_id'] !== NODE)).toEqual([]);
  });

  it('has no mark of a history whose path or memory names it', () => {
    const directory = temporaryFolder();
    const marks = new ReadMarks(directory, 'up');
    const mark = { ino: 1, sizeBytes: 10, mtimeMillis: 1, offset: 10, before: 'x', waits: false };
    marks.set('/home/a/5e55a0de-77aa.jsonl', { ...mark, memory: {} });
    marks.set('/home/a/other.jsonl', { ...mark, memory: { session: '5e55a0de-77aa' } });
    marks.set('/home/a/third.jsonl', { ...mark, memory: { session: 'third' } });
    expect(marks.save()).toBe(true);
    const [name = ''] = readdirSync(directory);
    expect(forgetInFiles(directory, ['5e55a0de-77aa'], 'remove')).toEqual([name]);
    const left = new ReadMarks(directory, 'up');
    expect(left.get('/home/a/5e55a0de-77aa.jsonl')).toBeUndefined();
    expect(left.get('/home/a/other.jsonl')).toBeUndefined();
    expect(left.get('/home/a/third.jsonl')).toMatchObject({ offset: 10 });
  });

  it('that is not theirs, or cannot be understood, is left alone', () => {
    expect(forgetInFiles(join(temporaryFolder(), 'none'), [NODE], 'remove')).toEqual([]);
    const directory = temporaryFolder();
    replaceState(directory, { nodes: [NODE] }, 1);
    expect(forgetInFiles(directory, [NODE], 'remove')).toEqual([]);
  });
});
