import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SegmentReader } from '../../src/store/spool/segment-reader.ts';
import { listSegments, spoolFolder } from '../../src/store/spool/spool-folder.ts';
import { EVERY_KIND, openRecorder, spooledIn, turn } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const filesOf = (directory: string) => listSegments(spoolFolder(directory));
const endedOf = (directory: string): boolean[] =>
  filesOf(directory).map(({ path }) => new SegmentReader(path).stretch(0, Infinity).ended);

describe('a spool', () => {
  it('makes nothing on disk before the first event', async () => {
    const { intake, directory } = openRecorder();
    intake.write();
    await intake.sync();
    await intake.close();
    expect(existsSync(directory)).toBe(false);
  });

  it('writes once at the end of the turn, without being asked', async () => {
    const { intake, directory, spooled } = openRecorder();
    for (let n = 0; n < 100; n++) intake.record(EVERY_KIND.name, { a_count: n });
    expect(existsSync(directory)).toBe(false);
    await turn();
    expect(spooled().map(({ data }) => data['a_count'])).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(intake.totals().pendingBytes).toBe(0);
  });

  it('writes at once when 64 KiB wait, so that a long turn needs little memory', () => {
    const { intake, spooled } = openRecorder();
    for (let n = 0; n < 20_000; n++) intake.record(EVERY_KIND.name, { a_count: n });
    expect(spooled().length).toBeGreaterThan(15_000);
    expect(intake.totals().pendingBytes).toBeLessThan(64 * 1024);
  });

  it('begins a new file within a turn, in which all names, metrics and origins are numbered anew', async () => {
    let full = 0;
    const { intake, directory, spooled } = openRecorder({ maxSpoolBytes: 1e6, onSegmentFull: () => (full += 1) });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const given = Array.from({ length: 12_000 }, (_, n) => ({
      an_id: `task-${n % 900}`,
      a_name: names[n % 5],
      a_word: n % 2 === 0 ? 'red' : 'green',
      some_names: [`f${n % 7}`],
    }));
    for (const [n, data] of given.entries()) {
      if (n % 3 === 0) intake.record(EVERY_KIND.name, data);
      else intake.emit({ metric: EVERY_KIND.name, data, source: 'otlp', inferred: n % 2 === 0, cluster: `c${n % 4}` });
      if (n % 1_000 === 999) intake.record('state.read', { duration_ms: n });
    }
    await intake.close();
    expect(filesOf(directory).length).toBeGreaterThan(1);
    expect(full).toBe(filesOf(directory).length - 1);
    expect(endedOf(directory).every(Boolean)).toBe(true);
    const kept = spooled();
    expect(kept.filter(({ metric }) => metric === EVERY_KIND.name).map(({ data }) => data)).toEqual(given);
    expect(kept.filter(({ metric }) => metric === 'state.read')).toHaveLength(12);
  });

  it('numbers events without a gap from file to file', () => {
    const { intake, directory } = openRecorder({ maxSpoolBytes: 2e6 });
    for (let n = 0; n < 30_000; n++) intake.record(EVERY_KIND.name, { a_count: n, a_name: `n${n}` });
    intake.write();
    let next = 0;
    for (const { path } of filesOf(directory)) {
      const { firstSequence, nextSequence, missing } = new SegmentReader(path).stretch(0, Infinity);
      expect([firstSequence, missing]).toEqual([next, 0]);
      next = nextSequence ?? NaN;
    }
    expect(next).toBe(30_000);
  });

  it('stops at its limit, counts what does not fit, and goes on when somebody has drained', async () => {
    let asked = 0;
    const { intake, directory, clock } = openRecorder({ maxSpoolBytes: 200_000, onSegmentFull: () => (asked += 1) });
    for (let n = 0; n < 400_000; n++) intake.record(EVERY_KIND.name, { a_count: n });
    const bytes = (): number => filesOf(directory).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(bytes()).toBeLessThan(200_000 + 128 * 1024);
    const { accepted, recorded, dropped, failure } = intake.totals();
    expect(recorded).toBe(400_000);
    expect(dropped).toEqual({ spool_full: 400_000 - accepted });
    expect(failure).toContain('nobody drained');
    await expect(intake.sync()).rejects.toMatchObject({ code: 'STORE_FULL' });

    const before = asked;
    clock.millis += 2_000;
    intake.write();
    expect(asked).toBeGreaterThan(before);

    const drained = filesOf(directory).flatMap(
      ({ path }) => new SegmentReader(path).stretch(0, Infinity).events.length,
    );
    for (const { path } of filesOf(directory)) rmSync(path);
    clock.millis += 2_000;
    intake.write();
    expect(intake.totals()).toMatchObject({ failure: undefined, pendingBytes: 0 });
    const stored = drained.reduce((sum, count) => sum + count, 0) + spooledIn(directory).length;
    expect(stored).toBe(intake.totals().accepted);
  });

  it('loses nothing that waits when the folder is deleted, moved away, or comes back', async () => {
    const { intake, directory, clock, spooled } = openRecorder();
    const record = (n: number): void =>
      void intake.record(EVERY_KIND.name, { a_count: n, a_name: `n${n}`, an_id: 'x' });
    record(1);
    intake.write();
    rmSync(directory, { recursive: true });
    record(2);
    clock.millis += 1_500;
    await turn();
    expect(spooled().map(({ data }) => data)).toEqual([{ a_count: 2, a_name: 'n2', an_id: 'x' }]);

    renameSync(directory, `${directory}.moved`);
    record(3);
    clock.millis += 1_500;
    await turn();
    expect(spooled().map(({ data }) => data['a_name'])).toEqual(['n3']);
    expect(spooledIn(`${directory}.moved`).map(({ data }) => data['a_name'])).toEqual(['n2']);
    expect(endedOf(`${directory}.moved`)).toEqual([true]);

    rmSync(directory, { recursive: true });
    renameSync(`${directory}.moved`, directory);
    record(4);
    await intake.sync();
    expect(spooled().map(({ data }) => data['a_name'])).toEqual(['n2', 'n4']);
    expect(intake.totals().dropped).toEqual({});
  });

  it('leaves no file behind that could not be begun', async () => {
    const { intake, directory, clock } = openRecorder();
    mkdirSync(spoolFolder(directory), { recursive: true });
    const ours = join(spoolFolder(directory));
    for (let n = 0; n < 5; n++) {
      rmSync(ours, { recursive: true });
      intake.record(EVERY_KIND.name, { a_count: n });
      clock.millis += 1_500;
      await turn();
      expect(readdirSync(ours).length).toBe(1);
    }
    await intake.close();
  });

  it('makes its files readable by their owner only', () => {
    const { intake, directory } = openRecorder();
    intake.record(EVERY_KIND.name, {});
    intake.write();
    const modes = [directory, spoolFolder(directory), ...filesOf(directory).map(({ path }) => path)].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it('is durable when a flush has resolved, files that were closed meanwhile included', async () => {
    const { intake, directory } = openRecorder({
      maxSpoolBytes: 1e6,
      directory: join(temporaryFolder(), 'deep', '.ai'),
    });
    const syncs: Promise<void>[] = [];
    for (let n = 0; n < 20_000; n++) {
      intake.record(EVERY_KIND.name, { a_count: n, a_name: `n${n}` });
      if (n % 4_000 === 0) syncs.push(intake.sync());
    }
    await Promise.all([...syncs, intake.sync()]);
    expect(spooledIn(directory)).toHaveLength(20_000);
    await intake.close();
  });
});
