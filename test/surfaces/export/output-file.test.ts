import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { beforeEach, describe, expect, it } from 'vitest';

import { writeFileWhole, writeStream } from '../../../src/surfaces/export/output-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

async function* chunks(count: number, size = 1_000, failAt = Infinity): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    if (i === failAt) throw new Error('no more');
    yield Buffer.alloc(size, 65 + (i % 26));
  }
}
const whole = async (count: number): Promise<Buffer> => Buffer.concat(await Array.fromAsync(chunks(count)));

describe('writeFileWhole', () => {
  it('writes a file that only its owner reads, in place of the one before', async () => {
    const path = join(folder, 'a.ndjson');
    writeFileSync(path, 'before');
    chmodSync(path, 0o644);
    await writeFileWhole(path, chunks(100));
    expect(readFileSync(path).equals(await whole(100))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.ndjson']);
  });

  it('compresses by the last ending', async () => {
    await writeFileWhole(join(folder, 'a.ndjson.gz'), chunks(100));
    await writeFileWhole(join(folder, 'a.ndjson.zst'), chunks(100));
    expect(gunzipSync(readFileSync(join(folder, 'a.ndjson.gz'))).equals(await whole(100))).toBe(true);
    expect(zstdDecompressSync(readFileSync(join(folder, 'a.ndjson.zst'))).equals(await whole(100))).toBe(true);
  });

  it('leaves what was there, and no rest, when the events end in an error', async () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, 'before');
    await expect(writeFileWhole(path, chunks(100, 1_000, 50))).rejects.toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  it('leaves no rest when it is aborted', async () => {
    const abort = new AbortController();
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let i = 0; ; i++) {
        if (i === 20) abort.abort();
        yield Buffer.alloc(1_000);
      }
    }
    await expect(writeFileWhole(join(folder, 'a.csv'), endless(), abort.signal)).rejects.toThrow(/abort/i);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces a symbolic link instead of writing through it', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(folder, 'a.csv'));
    await writeFileWhole(join(folder, 'a.csv'), chunks(1));
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(lstatSync(join(folder, 'a.csv')).isSymbolicLink()).toBe(false);
  });

  it('says what the file system says', async () => {
    await expect(writeFileWhole(join(folder, 'missing', 'a.csv'), chunks(1))).rejects.toThrow(/ENOENT/);
    mkdirSync(join(folder, 'a.csv'));
    await expect(writeFileWhole(join(folder, 'a.csv'), chunks(1))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(['a.csv']);
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });
});

describe('writeStream', () => {
  it('asks for no more than the reader takes', async () => {
    let asked = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks(100, 10_000)) {
        asked += 1;
        yield chunk;
      }
    }
    const stream = new PassThrough({ highWaterMark: 20_000 });
    const done = writeStream(stream, counted());
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBeLessThan(10);
    stream.resume();
    expect(await done).toBe(true);
    expect(asked).toBe(100);
  });

  it('ends quietly when the reader goes away, and asks for no more', async () => {
    let written = 0;
    const stream = new Writable({
      highWaterMark: 1,
      autoDestroy: false,
      write(_chunk, _encoding, callback) {
        written += 1;
        callback(written < 3 ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    expect(await writeStream(stream, chunks(1_000_000))).toBe(false);
    expect(written).toBe(3);
  });

  it('stops when it is aborted while nobody reads', async () => {
    const abort = new AbortController();
    const done = writeStream(new PassThrough({ highWaterMark: 1 }), chunks(10), abort.signal);
    setImmediate(() => abort.abort());
    await expect(done).rejects.toThrow(/abort/i);
  });

  it('stops between two chunks when it is aborted', async () => {
    const stream = new PassThrough().resume();
    await expect(writeStream(stream, chunks(10), AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
