import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { AmicusNativeSource } from '../../src/sources/amicus-native.ts';
import { AmicusStateSource } from '../../src/sources/amicus-state/amicus-state-source.ts';
import { describeSource, SECRET } from '../contracts/source-contract.ts';
import { ManualTime, TEST_START_SECONDS } from '../support/manual-time.ts';
import { replaceState } from '../support/state-documents.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ToldEvents } from '../support/told-events.ts';

type Row = {
  readonly timestamp?: unknown;
  readonly metric?: unknown;
  readonly nodeId?: unknown;
  readonly data?: unknown;
};

/** Adds a row as Amicus's own collector does, making the database where there is none. */
function addRow(directory: string, row: Row, journal = 'delete'): void {
  mkdirSync(directory, { recursive: true });
  const db = new DatabaseSync(join(directory, 'metrics.db'));
  db.exec(`PRAGMA journal_mode = ${journal};
    CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp REAL NOT NULL,
      metric TEXT NOT NULL, node_id TEXT, data TEXT);
    CREATE TABLE IF NOT EXISTS aggregates (id INTEGER PRIMARY KEY, period_start REAL NOT NULL)`);
  const { timestamp = TEST_START_SECONDS, metric = 'task.claimed', nodeId = 'Node-A', data = {} } = row;
  db.prepare('INSERT INTO events (timestamp, metric, node_id, data) VALUES (?, ?, ?, ?)').run(
    timestamp as number,
    metric as string,
    nodeId as string | null,
    typeof data === 'string' ? data : JSON.stringify(data),
  );
  db.close();
}

async function look(directory: string, time = new ManualTime()): Promise<ToldEvents> {
  const told = new ToldEvents();
  const source = new AmicusNativeSource({ directory });
  await source.start(told.context(time));
  await source.stop();
  return told;
}

describeSource('amicus-native', {
  open: (directory) => new AmicusNativeSource({ directory }),
  watchedFiles: ['metrics.db'],
  ownFiles: /^amicus-native\.baseline\.json$/,
  happen: (directory, n, time) => {
    addRow(directory, { timestamp: time.seconds, data: { task_id: `task-${n}`, priority: SECRET, note: SECRET } });
    addRow(directory, { timestamp: time.seconds, metric: 'message.body', data: { text: SECRET } });
    addRow(directory, { timestamp: time.seconds, metric: 'task.claimed', data: `{"task_id": "${SECRET}` });
    addRow(directory, { timestamp: time.seconds, data: { task_id: `${SECRET} is what it is about` } });
  },
  damage: (directory) => writeFileSync(join(directory, 'metrics.db'), 'no database, but long enough to look like one'),
  remove: (directory) => rmSync(join(directory, 'metrics.db'), { force: true }),
});

describe('AmicusNativeSource', () => {
  it('reads rows by the fields that their metrics declare', async () => {
    const directory = temporaryFolder();
    addRow(directory, {
      timestamp: TEST_START_SECONDS + 1.25,
      metric: 'task.completed',
      data: { task_id: 'task-1', duration_seconds: '12.5', outcome: 'success', files_modified: ['a', 'b'], extra: 1 },
    });
    addRow(directory, { metric: 'state.read', nodeId: null, data: { duration_ms: 3, file_size_bytes: 900 } });
    const told = await look(directory);
    expect(told.emitted.map(({ metric, atMicros, data }) => ({ metric, atMicros, data }))).toEqual([
      {
        metric: 'task.completed',
        atMicros: TEST_START_SECONDS * 1e6 + 1_250_000,
        data: { task_id: 'task-1', duration_seconds: 12.5, outcome: 'success', files_modified: 2, node_id: 'Node-A' },
      },
      { metric: 'state.read', atMicros: TEST_START_SECONDS * 1e6, data: { duration_ms: 3, file_size_bytes: 900 } },
    ]);
  });

  it('reads equal rows as the two events they are', async () => {
    const directory = temporaryFolder();
    for (let n = 0; n < 2; n += 1) addRow(directory, { metric: 'state.read', nodeId: null, data: { duration_ms: 1 } });
    expect((await look(directory)).kept).toHaveLength(2);
  });

  it('reads all of a database that was begun anew and numbers its rows from 1 again', async () => {
    const directory = temporaryFolder();
    addRow(directory, { timestamp: TEST_START_SECONDS - 9, data: { task_id: 'task-1' } });
    expect((await look(directory)).kept).toHaveLength(1);
    rmSync(join(directory, 'metrics.db'));
    addRow(directory, { timestamp: TEST_START_SECONDS - 3, data: { task_id: 'task-2' } });
    expect((await look(directory)).story).toEqual(['task.claimed task-2 Node-A']);
  });

  it('goes on after its place although Amicus dropped the rows before it', async () => {
    const directory = temporaryFolder();
    for (const task of ['task-1', 'task-2']) addRow(directory, { data: { task_id: task } });
    await look(directory);
    const db = new DatabaseSync(join(directory, 'metrics.db'));
    db.exec('DELETE FROM events');
    db.close();
    addRow(directory, { data: { task_id: 'task-3' } });
    expect((await look(directory)).story).toEqual(['task.claimed task-3 Node-A']);
  });

  it('follows a database in WAL mode while its writer has it open', async () => {
    const directory = temporaryFolder();
    addRow(directory, { data: { task_id: 'task-1' } }, 'wal');
    const writer = new DatabaseSync(join(directory, 'metrics.db'));
    const [told, time] = [new ToldEvents(), new ManualTime()];
    const source = new AmicusNativeSource({ directory });
    await source.start(told.context(time));
    writer.exec(
      `INSERT INTO events (timestamp, metric, data) VALUES (${TEST_START_SECONDS}, 'task.claimed', '{"task_id":"task-2"}')`,
    );
    await source.poll();
    await source.stop();
    writer.close();
    expect(told.story).toEqual(['task.claimed task-1 Node-A', 'task.claimed task-2']);
  });

  it('leaves our own database alone', async () => {
    const directory = temporaryFolder();
    addRow(directory, { data: { task_id: 'task-1' } });
    const db = new DatabaseSync(join(directory, 'metrics.db'));
    db.exec('PRAGMA application_id = 0x414d4d58');
    db.close();
    const told = await look(directory);
    expect(told.emitted).toEqual([]);
    expect(told.notices).toEqual([]);
  });

  it('leaves a database of somebody else alone and says so', async () => {
    const directory = temporaryFolder();
    const db = new DatabaseSync(join(directory, 'metrics.db'));
    db.exec('CREATE TABLE events (what TEXT)');
    db.close();
    const told = await look(directory);
    expect(told.emitted).toEqual([]);
    expect(told.notices).toEqual([{ code: 'native_other_tables', count: 1 }]);
  });

  it('leaves to the state file what that tells since it is watched', async () => {
    const directory = temporaryFolder();
    const time = new ManualTime();
    replaceState(directory, { next_steps: [] }, time.seconds);
    const state = new AmicusStateSource({ directory, watch: false });
    await state.start(new ToldEvents().context(time));
    await state.stop();
    addRow(directory, { timestamp: time.seconds - 60, data: { task_id: 'before' } });
    addRow(directory, { timestamp: time.seconds + 60, data: { task_id: 'since' } });
    addRow(directory, { timestamp: time.seconds + 60, metric: 'tests.executed', data: { passed: 3, total_tests: 3 } });
    const told = await look(directory, time);
    expect(told.story).toEqual(['task.claimed before Node-A', 'tests.executed Node-A']);
  });
});
