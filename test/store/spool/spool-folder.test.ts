import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listSegments,
  mayGrow,
  pidSpace,
  processStart,
  type SegmentFile,
  type SegmentHeader,
  segmentName,
  spoolFolder,
} from '../../../src/store/spool/spool-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const header = (more: Partial<SegmentHeader> = {}): SegmentHeader => ({
  version: 1,
  producer: '0123456789ab',
  pid: process.pid,
  processStart: processStart(process.pid),
  pidSpace: pidSpace(),
  host: hostname(),
  startedMicros: Date.now() * 1_000,
  ...more,
});
const file: SegmentFile = { name: 'a.spool', path: '/a.spool', sizeBytes: 1, modifiedMillis: 1_000_000 };
const HOUR = 3_600_000;

describe('spool files', () => {
  it('lie in the order in which one producer began them', () => {
    const names = [0, 1, 2, 9, 10, 11, 99, 100, 1_000, 99_999].map((part) => segmentName(header(), part));
    expect(names.toSorted()).toEqual(names);
  });

  it('are files with their ending, and neither links nor anything else', () => {
    const directory = temporaryFolder();
    const folder = spoolFolder(directory);
    mkdirSync(join(folder, 'folder.spool'), { recursive: true });
    writeFileSync(join(folder, 'b.spool'), 'b');
    writeFileSync(join(folder, 'a.spool'), 'aa');
    writeFileSync(join(folder, 'a.spool.corrupt-1-ab'), 'x');
    symlinkSync(join(folder, 'a.spool'), join(folder, 'link.spool'));
    spawnSync('mkfifo', [join(folder, 'pipe.spool')]);
    expect(listSegments(folder).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['a.spool', 2],
      ['b.spool', 1],
    ]);
  });

  it('are none where the folder is missing or is a link', () => {
    const directory = temporaryFolder();
    expect(listSegments(spoolFolder(directory))).toEqual([]);
    mkdirSync(join(directory, 'elsewhere'));
    writeFileSync(join(directory, 'elsewhere', 'a.spool'), 'a');
    symlinkSync(join(directory, 'elsewhere'), spoolFolder(directory));
    expect(listSegments(spoolFolder(directory))).toEqual([]);
  });
});

describe('the writer of a spool file', () => {
  it('may go on while its process lives', () => {
    expect(mayGrow(header(), file, 0)).toBe(true);
  });

  it('is gone with its process', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(mayGrow(header({ pid, processStart: undefined }), file, 0)).toBe(false);
  });

  it.skipIf(processStart(process.pid) === undefined)('is not a later process with the same pid', () => {
    expect(mayGrow(header({ processStart: '1' }), file, 0)).toBe(false);
  });

  it('is believed for a day when it is of another host or container, where its pid means nothing here', () => {
    for (const far of [header({ host: 'elsewhere', pid: 999_999 }), header({ pidSpace: 'pid:[1]', pid: 999_999 })]) {
      expect(mayGrow(far, file, file.modifiedMillis + 23 * HOUR)).toBe(true);
      expect(mayGrow(far, file, file.modifiedMillis + 25 * HOUR)).toBe(false);
    }
  });
});
