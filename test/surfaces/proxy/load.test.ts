import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { run, start, wrapped } from '../../support/wrapped-process.ts';

const node = (script: string): string[] => [process.execPath, '-e', script];
const MEBIBYTE = 1024 * 1024;

/** Answers one call with a result of so many bytes, and echoes nothing else. */
const LARGE_ANSWER = `process.stdin.once('data', async () => {
  const out = process.stdout, part = 'y'.repeat(1 << 20);
  out.write('{"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"');
  for (let i = 0; i < 100; i++) if (!out.write(part)) await new Promise((r) => out.once('drain', r));
  out.end('"}]},"id":1}\\n');
}); process.stdin.resume()`;

const callOf = (id: number): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'grow', arguments: {} } })}\n`;

/** Largest resident size that a process has had, in MiB. */
function peakMebibytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

describe('the proxy under load', () => {
  it('passes 100 MB in one message in bounded memory, and tells its call', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const { child, seen } = start(wrapped(node(LARGE_ANSWER)), directory);
    child.stdout.removeAllListeners('data');
    const hash = createHash('sha256');
    let size = 0;
    let peak = 0;
    child.stdout.on('data', (part: Buffer) => {
      hash.update(part);
      size += part.length;
      if (child.exitCode === null && size > 99 * MEBIBYTE && peak === 0) peak = peakMebibytes(child.pid ?? 0);
    });
    child.stdin.end(callOf(1));
    expect((await seen).code).toBe(0);
    const expected = createHash('sha256').update('{"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"');
    for (let i = 0; i < 100; i++) expected.update('y'.repeat(MEBIBYTE));
    expect(hash.digest('hex')).toBe(expected.update('"}]},"id":1}\n').digest('hex'));
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(200);
    const collector = openMetrics({ directory });
    const { events } = await collector.query({ metric: 'tool.called' });
    await collector.close();
    expect(events.map(({ data }) => [data['tool'], data['outcome'], data['response_bytes']])).toEqual([
      ['grow', 'success', size - 1],
    ]);
  }, 300_000);

  it('lets the server feel a client that does not read', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'written');
    const flood = `const fs = require('fs'); let n = 0; const part = Buffer.alloc(65536, 'x');
      process.stdin.resume();
      const path = ${JSON.stringify(path)};
      setInterval(() => { fs.writeFileSync(path + '.new', String(n)); fs.renameSync(path + '.new', path); }, 50);
      (async () => { for (;;) { n += part.length; await new Promise((r) => process.stdout.write(part, r)); } })();
      process.stdin.on('end', () => process.exit(0));`;
    const { child } = start(wrapped(node(flood)), join(folder, '.ai'));
    child.stdout.pause();
    child.stdout.removeAllListeners('data');
    const written = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      return Number(readFileSync(path, 'utf8'));
    };
    await eventually(() => existsSync(path));
    let [before, after] = [await written(), await written()];
    // On a busy machine the pipes take a while to fill; without back pressure they never do.
    while (after - before > 65_536 && after < 4 * MEBIBYTE) [before, after] = [after, await written()];
    expect(after).toBeLessThan(4 * MEBIBYTE);
    child.stdout.resume();
    await eventually(async () => (await written()) - after > MEBIBYTE);
  });

  it('lets the client write while nobody reads the answers, as a pipe does', async () => {
    const echo = `process.stdin.on('data', () => {}); const part = 'x'.repeat(65536);
      (async () => { for (let i = 0; i < 64; i++) await new Promise((r) => process.stdout.write(part, r)); })();
      process.stdin.on('end', () => process.stderr.write('all read'));`;
    const { child, seen } = start(wrapped(node(echo)), temporaryFolder());
    child.stdout.pause();
    const read = new Promise((resolve) => child.stderr.once('data', resolve));
    child.stdin.end(Buffer.alloc(8 * MEBIBYTE, 10));
    expect(String(await read)).toBe('all read');
    child.stdout.resume();
    expect((await seen).stdout.length).toBe(64 * 65_536);
  });

  it('passes a flood on standard error while messages go on', async () => {
    const script = `process.stdin.on('data', (d) => process.stdout.write(d));
      for (let i = 0; i < 160; i++) process.stderr.write('e'.repeat(65536));`;
    const seen = await run(wrapped(node(script)), temporaryFolder(), callOf(1).repeat(1_000));
    expect([seen.stderr.length, seen.stdout.toString() === callOf(1).repeat(1_000)]).toEqual([160 * 65_536, true]);
  });

  it.each([
    ['a folder that cannot be written', (path: string) => (mkdirSync(path), chmodSync(path, 0o500))],
    ['a file in the place of the folder', (path: string) => writeFileSync(path, 'no folder')],
    [
      'a file in the place of the spool',
      (path: string) => (mkdirSync(path), writeFileSync(join(path, 'metrics.spool'), '')),
    ],
    [
      'a broken configuration',
      (path: string) => (mkdirSync(path), writeFileSync(join(path, 'amicus-metrics.toml'), '[[[\0')),
    ],
  ])('changes nothing with %s', async (_, breakIt) => {
    const directory = join(temporaryFolder(), 'broken');
    breakIt(directory);
    const echo = node(
      `process.stdin.on('data', (d) => process.stdout.write(d)); process.stdin.on('end', () => process.exit(6))`,
    );
    const input = Buffer.concat([
      Buffer.from(callOf(1).repeat(500)),
      Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}\nhalf'),
    ]);
    const direct = await run(echo, directory, input);
    expect(await run(wrapped(echo), directory, input)).toEqual(direct);
    chmodSync(directory, 0o700);
  });
});
