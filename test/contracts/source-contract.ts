import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueOf } from '../../src/metrics/index.ts';
import type { LiveSource } from '../../src/sources/source.ts';
import { ManualTime } from '../support/manual-time.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ToldEvents } from '../support/told-events.ts';

/** A text that stands for content; it must never come out of a source. */
export const SECRET = 'XSECRETX';

/** How the contract plays the part of what a source reads. */
export type SourceStage = {
  /** What is special about this stage, where a source has several. */
  readonly title?: string;
  open(directory: string): LiveSource;
  /** The files in the context folder that the source reads, and that it must leave as they are. */
  readonly watchedFiles: readonly string[];
  /** Names of files of the source's own. */
  readonly ownFiles: RegExp;
  /** Makes the nth thing happen, n from 1: each is at least one new event. Holds `SECRET` wherever content goes. */
  happen(directory: string, n: number, time: ManualTime): void;
  /** Leaves something that cannot be read in its place. */
  damage(directory: string, time: ManualTime): void;
  remove(directory: string): void;
};

const STEPS = 4;

/** What every source that follows something live must keep. */
export function describeSource(name: string, stage: SourceStage): void {
  const started = async (directory: string, told: ToldEvents, time: ManualTime): Promise<LiveSource> => {
    const source = stage.open(directory);
    await source.start(told.context(time));
    return source;
  };
  const lookAfter = async (time: ManualTime, ...sources: readonly LiveSource[]): Promise<void> => {
    time.pass(5_000);
    for (const source of sources) await source.poll();
  };
  /** All that one source tells that never stops. */
  const whole = async (): Promise<string[]> => {
    const directory = join(temporaryFolder(), '.ai');
    const [time, told] = [new ManualTime(), new ToldEvents()];
    const source = await started(directory, told, time);
    for (let n = 1; n <= STEPS; n += 1) {
      stage.happen(directory, n, time);
      await lookAfter(time, source);
    }
    await source.stop();
    return told.story;
  };

  describe(`${name} as a source ${stage.title ?? ''}`, () => {
    it('starts where there is nothing, makes nothing and tells nothing', async () => {
      const parent = temporaryFolder();
      const [time, told] = [new ManualTime(), new ToldEvents()];
      const source = await started(join(parent, '.ai'), told, time);
      await lookAfter(time, source);
      await source.stop();
      expect(told.emitted).toEqual([]);
      expect(readdirSync(parent)).toEqual([]);
    });

    it('tells what happens, in events of declared metrics and fields', async () => {
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      const source = await started(directory, told, time);
      for (let n = 1; n <= STEPS; n += 1) {
        const before = told.kept.length;
        stage.happen(directory, n, time);
        await lookAfter(time, source);
        expect(told.kept.length, `step ${n}`).toBeGreaterThan(before);
      }
      await source.stop();
      const catalogue = catalogueOf();
      for (const event of told.emitted) {
        const fields = Object.keys(catalogue.get(event.metric)?.fields ?? {});
        const given = Object.keys(event.data).filter((field) => event.data[field] !== undefined);
        expect(given.filter((field) => !fields.includes(field))).toEqual([]);
        expect(Number.isSafeInteger(event.atMicros)).toBe(true);
        expect(event.identity).toBeTypeOf('string');
        expect(event.source).toBe(name);
      }
    });

    it('lets no content pass', async () => {
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      const source = await started(directory, told, time);
      for (let n = 1; n <= STEPS; n += 1) {
        stage.happen(directory, n, time);
        await lookAfter(time, source);
      }
      await source.stop();
      expect(JSON.stringify([told.emitted, told.notices])).not.toContain(SECRET);
      for (const file of readdirSync(directory).filter((entry) => stage.ownFiles.test(entry))) {
        expect(readFileSync(join(directory, file), 'utf8')).not.toContain(SECRET);
        expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
      }
    });

    it('writes nothing but files of its own', async () => {
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      stage.happen(directory, 1, time);
      const look = (): unknown =>
        stage.watchedFiles.map((file) => {
          const { ino, size, mtimeMs, mode } = statSync(join(directory, file));
          return { ino, size, mtimeMs, mode, bytes: readFileSync(join(directory, file)) };
        });
      const before = look();
      const names = readdirSync(directory);
      const source = await started(directory, told, time);
      await lookAfter(time, source);
      await source.stop();
      expect(look()).toEqual(before);
      expect(readdirSync(directory).filter((file) => !names.includes(file) && !stage.ownFiles.test(file))).toEqual([]);
    });

    it('lives on when what it reads is deleted, and tells what comes after', async () => {
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      const source = await started(directory, told, time);
      stage.happen(directory, 1, time);
      await lookAfter(time, source);
      stage.remove(directory);
      await lookAfter(time, source);
      const before = told.kept.length;
      stage.happen(directory, 2, time);
      await lookAfter(time, source);
      await source.stop();
      expect(told.kept.length).toBeGreaterThan(before);
    });

    it('says so when it cannot read, does not repeat it at every look, and goes on afterwards', async () => {
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      mkdirSync(directory, { recursive: true });
      const source = await started(directory, told, time);
      stage.damage(directory, time);
      for (let looks = 0; looks < 40; looks += 1) await lookAfter(time, source);
      expect(told.notices.length).toBeGreaterThan(0);
      expect(told.notices.length).toBeLessThan(12);
      stage.remove(directory);
      stage.happen(directory, 1, time);
      await lookAfter(time, source);
      await source.stop();
      expect(told.kept.length).toBeGreaterThan(0);
    });

    it('tells each thing once when it is stopped and started again at any moment', async () => {
      const expected = await whole();
      for (let restartAt = 1; restartAt < STEPS; restartAt += 1) {
        const directory = join(temporaryFolder(), '.ai');
        const [time, told] = [new ManualTime(), new ToldEvents()];
        let source = await started(directory, told, time);
        for (let n = 1; n <= STEPS; n += 1) {
          stage.happen(directory, n, time);
          await lookAfter(time, source);
          if (n === restartAt) {
            await source.stop();
            source = await started(directory, told, time);
          }
        }
        await source.stop();
        expect(told.story.sort(), `restarted after step ${restartAt}`).toEqual(expected.toSorted());
      }
    });

    it('catches up with what happened while it was not running', async () => {
      const expected = await whole();
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      const first = await started(directory, told, time);
      stage.happen(directory, 1, time);
      await lookAfter(time, first);
      await first.stop();
      for (let n = 2; n <= STEPS; n += 1) {
        time.pass(5_000);
        stage.happen(directory, n, time);
      }
      const second = await started(directory, told, time);
      await second.stop();
      for (const line of told.story) expect(expected).toContain(line);
      expect(told.kept.length).toBeGreaterThan(1);
    });

    it('counts once what several of it tell at the same time', async () => {
      const expected = await whole();
      const directory = join(temporaryFolder(), '.ai');
      const [time, told] = [new ManualTime(), new ToldEvents()];
      const sources = [await started(directory, told, time), await started(directory, told, time)];
      for (let n = 1; n <= STEPS; n += 1) {
        stage.happen(directory, n, time);
        if (n === 2) sources.push(await started(directory, told, time));
        await lookAfter(time, ...(n % 2 === 0 ? sources : sources.toReversed()));
      }
      for (const source of sources) await source.stop();
      expect(told.story.sort()).toEqual(expected.toSorted());
    });

    it('tells nothing twice when it was killed before it could note its place', async () => {
      const expected = await whole();
      const directory = join(temporaryFolder(), '.ai');
      const time = new ManualTime();
      const told = new ToldEvents();
      for (let n = 1; n <= STEPS; n += 1) {
        // Never stopped, and its timers never fall due: as after a kill.
        const dead = await started(directory, told, Object.assign(new ManualTime(), { after: () => () => undefined }));
        stage.happen(directory, n, time);
        await dead.poll();
        const source = await started(directory, told, time);
        await lookAfter(time, source);
        await source.stop();
      }
      expect(told.story.sort()).toEqual(expected.toSorted());
    });
  });
}
