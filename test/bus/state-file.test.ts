import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { STALE_LOCK_MILLIS } from '../../src/bus/file-lock.ts';
import { type StateAccess, StateFile, TrackingOffError } from '../../src/bus/state-file.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function stateFile(directory: string, more: { slowLockMillis?: number; seen?: StateAccess[] } = {}): StateFile {
  const { slowLockMillis = 0, seen = [] } = more;
  return new StateFile({
    directory,
    clock: new SystemClock(),
    random: () => 0.5,
    nodeId: () => 'Node-A',
    slowLockMillis,
    onAccess: (access) => seen.push(access),
  });
}

/** Writes one field and keeps the others. */
async function set(file: StateFile, name: string, value: unknown): Promise<void> {
  await file.change((state) => ({ state: { ...state, [name]: value }, answer: undefined }));
}

describe('StateFile', () => {
  it.each([
    ['no file', undefined],
    ['an empty file', ''],
  ])('is an empty state where there is %s', async (_, content) => {
    const directory = temporaryFolder();
    if (content !== undefined) writeFileSync(join(directory, 'state.json'), content);
    const file = stateFile(directory);
    expect(await file.read()).toEqual({});
    await set(file, 'summary', 'x');
    expect(await file.read()).toMatchObject({ summary: 'x' });
  });

  it.each([['{"summary": "cut o'], ['[1, 2]'], ['null'], ['{} {}']])(
    'sets aside what it cannot understand: %s',
    async (content) => {
      const directory = temporaryFolder();
      writeFileSync(join(directory, 'state.json'), content);
      const file = stateFile(directory);
      expect(await file.read()).toEqual({});
      expect(readFileSync(file.path, 'utf8')).toBe(content);
      await set(file, 'summary', 'new');
      expect(await file.read()).toMatchObject({ summary: 'new' });
      const aside = readdirSync(directory).find((name) => name.startsWith('state.json.damaged-')) ?? '';
      expect(readFileSync(join(directory, aside), 'utf8')).toBe(content);
    },
  );

  it('waits for a writer that fills the file in place', async () => {
    const directory = temporaryFolder();
    const file = stateFile(directory);
    writeFileSync(file.path, '{"summary": "ha');
    const reading = file.read();
    // It has looked once.
    await turn();
    writeFileSync(file.path, '{"summary": "half no more"}');
    expect(await reading).toEqual({ summary: 'half no more' });
  });

  it('gives every write a later moment than the one before', async () => {
    const file = stateFile(temporaryFolder());
    const moments: unknown[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      await set(file, 'turn', turn);
      moments.push((await file.read())['last_updated']);
    }
    expect(new Set(moments).size).toBe(20);
    expect(moments).toEqual(moments.toSorted((a, b) => Number(a) - Number(b)));
  });

  it('measures waiting and holding of each access', async () => {
    const directory = temporaryFolder();
    const seen: StateAccess[] = [];
    const slow = stateFile(directory, { slowLockMillis: 60, seen });
    await Promise.all([set(slow, 'one', 1), set(slow, 'two', 2)]);
    expect(seen.map((access) => access.operation)).toEqual(['write', 'write']);
    const [first, second] = seen;
    expect(first?.holdMillis).toBeGreaterThanOrEqual(55);
    expect(first?.waitMillis).toBeLessThan(second?.waitMillis ?? 0);
    expect(second?.waitMillis).toBeGreaterThanOrEqual(50);
    expect(second?.durationMillis).toBeGreaterThanOrEqual(110);
    expect(second?.waitedForNodeId).toBe('Node-A');
    expect(second?.sizeBytes).toBe(readFileSync(slow.path).length);
    expect(await slow.read()).toMatchObject({ one: 1, two: 2 });
  });

  it('does not write over others when its lock was taken away, but decides again', async () => {
    const directory = temporaryFolder();
    const slow = stateFile(directory, { slowLockMillis: 500 });
    const quick = stateFile(directory);
    const lockPath = `${slow.path}.lock`;
    const slowChange = set(slow, 'slow', 1);
    // It has the lock, and has read.
    await turn();
    const seconds = (Date.now() - STALE_LOCK_MILLIS - 500) / 1000;
    utimesSync(lockPath, seconds, seconds);
    await set(quick, 'quick', 1);
    await slowChange;
    expect(await quick.read()).toMatchObject({ slow: 1, quick: 1 });
  });

  it('changes nothing while tracking is off, except to turn it on', async () => {
    const file = stateFile(temporaryFolder());
    await set(file, 'tracking_enabled', false);
    await expect(set(file, 'summary', 'x')).rejects.toThrow(TrackingOffError);
    await file.change((state) => ({ state: { ...state, tracking_enabled: true }, answer: undefined }), true);
    await set(file, 'summary', 'x');
    expect(await file.read()).toMatchObject({ summary: 'x', tracking_enabled: true });
  });

  it('has let go of its lock when a change fails', async () => {
    const directory = temporaryFolder();
    const file = stateFile(directory);
    await expect(
      file.change(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await file.settled();
    expect(readdirSync(directory)).toEqual([]);
  });
});
