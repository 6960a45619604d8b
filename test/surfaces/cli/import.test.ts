import { writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { anyStoredEvent } from '../../support/stored-events.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MAIN = resolve('src/surfaces/cli/main.ts');
const EARLY = 1_770_104_400_000_000;
let cwd: string;
beforeEach(() => {
  cwd = temporaryFolder();
});

const run = (store: string, argv: string[], stdin?: string) =>
  runInProcess([...argv, '--dir', store], { cwd, ...(stdin === undefined ? {} : { stdin }) });

type Exported = { id: string; metric: string; at_micros: number };
async function exported(store: string): Promise<Exported[]> {
  const { stdout } = await run(store, ['export']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exported);
}
/** What is told of an event, wherever it is stored. */
const facts = (events: readonly Exported[]): unknown[] =>
  events
    .map((event) => JSON.stringify({ ...event, id: '' }))
    .toSorted()
    .map((line) => JSON.parse(line) as unknown);

const line = (i: number, more = {}): string =>
  JSON.stringify({
    metric: 'state.read',
    timestamp: (EARLY + i) / 1e6,
    at_micros: EARLY + i,
    data: { duration_ms: i },
    ...more,
  });

describe('import', () => {
  it('brings every event of one store into another, once, however often it is run', async () => {
    const metrics = openMetrics({ directory: join(cwd, 'a') });
    for (const event of fc.sample(anyStoredEvent, { numRuns: 200, seed: 7 })) {
      metrics.emit({ ...event, identity: undefined });
    }
    for (let i = 0; i < 50; i++) metrics.record('task.claimed', { task_id: 'same', node_id: 'same' });
    await metrics.close();
    const before = await exported('a');
    expect(before.length).toBeGreaterThan(150);

    await run('a', ['export', '-o', join(cwd, 'a.ndjson')]);
    const first = await run('b', ['import', 'a.ndjson']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toBe(`a.ndjson: ${before.length} events imported from ${before.length} lines.\n`);
    expect(facts(await exported('b'))).toEqual(facts(before));

    const again = await run('b', ['import', 'a.ndjson']);
    expect(again.stdout).toBe(
      `a.ndjson: 0 events imported from ${before.length} lines; ${before.length} were stored before.\n`,
    );
    expect(await exported('b')).toHaveLength(before.length);
  });

  it('adds nothing to the store that the events came from, whatever source they name', async () => {
    const metrics = openMetrics({ directory: join(cwd, 'a') });
    metrics.record('task.claimed', { task_id: 'a' });
    metrics.record('task.claimed', { task_id: 'a' }, { source: 'amicus-state', identity: 'claim 1', inferred: true });
    await metrics.close();
    await run('a', ['export', '-o', join(cwd, 'a.ndjson')]);
    const { stdout } = await run('a', ['import', 'a.ndjson']);
    expect(stdout).toBe('a.ndjson: 0 events imported from 2 lines; 2 were stored before.\n');
    expect(await exported('a')).toHaveLength(2);
  });

  it('reads standard input, several files, and what is compressed', async () => {
    writeFileSync(join(cwd, 'a.ndjson.gz'), gzipSync(`${line(1)}\n${line(2)}\n`));
    writeFileSync(join(cwd, 'b.jsonl.zst'), zstdCompressSync(`${line(3)}\n`));
    const { code, stdout } = await run(
      'a',
      ['import', 'a.ndjson.gz', 'b.jsonl.zst', '-', '--json'],
      `${line(2)}\n${line(4)}`,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: 'a.ndjson.gz', lines: 2, events_imported: 2, events_stored_before: 0, complete: true },
      { file: 'b.jsonl.zst', lines: 1, events_imported: 1 },
      { file: '-', lines: 2, events_imported: 1, events_stored_before: 1 },
    ]);
  });

  it('reads the flat form, a burst of equal events included', async () => {
    const flat = '{"metric":"task.claimed","timestamp":1770104410.0,"task_id":"t","node_id":"n","priority":"high"}\n';
    await run('a', ['import'], flat.repeat(3));
    await run('a', ['import'], flat.repeat(3));
    expect(await exported('a')).toHaveLength(3);
  });

  it('keeps the good lines, counts the others by reason with where they are, and exits with 1', async () => {
    const lines = [
      line(1),
      'not json',
      line(2, { metric: 'build.finished' }),
      line(3, { data: { duration_ms: 'x', y: 1 } }),
    ];
    writeFileSync(join(cwd, 'a.ndjson'), lines.join('\n'));
    const { code, stdout } = await run('a', ['import', 'a.ndjson']);
    expect(code).toBe(1);
    expect(stdout.split('\n').map((text) => text.trim().replace(/ {2,}/g, ' | '))).toEqual([
      expect.stringMatching(/^a\.ndjson: \d events imported from 4 lines\.$/),
      expect.stringMatching(/^[23] lines gave no event\.$/),
      'what was wrong | count | first lines',
      'not JSON | 1 | 2',
      'a metric that is neither built in nor declared | 1 | 3',
      ...(stdout.includes('a required field') ? ['a required field missing or refused | 1 | 4'] : []),
      'field left out: not declared | 1 | 4',
      'field left out: wrong type | 1 | 4',
      'Unknown: build.finished. Declare metrics in amicus-metrics.toml: `amicus-metrics config --help`.',
      '',
    ]);
  });

  it('loses nothing where the spool has little room', async () => {
    const count = 150_000;
    const text = Array.from({ length: count }, (_, i) =>
      line(i, { data: { duration_ms: 1, node_id: `${'n'.repeat(60)}${i}` } }),
    ).join('\n');
    writeFileSync(join(cwd, 'amicus-metrics.toml'), '[spool]\nmax_size = "4MB"');
    const { code, stdout } = await run('.ai', ['import', '--json'], text);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ events_imported: count, lines_refused: 0, findings: [] }]);
  });

  it('takes metrics that the configuration declares', async () => {
    writeFileSync(join(cwd, 'amicus-metrics.toml'), '[metrics."build.finished"]\nfields.branch = "name"');
    const { code } = await run('.ai', ['import'], line(1, { metric: 'build.finished', data: { branch: 'main' } }));
    expect(code).toBe(0);
    expect(await exported('.ai')).toMatchObject([{ metric: 'build.finished', data: { branch: 'main' } }]);
  });

  it('says what it cannot read, and keeps what came before', async () => {
    const missing = await run('a', ['import', 'missing.ndjson']);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no such file') });
    const packed = gzipSync(Array.from({ length: 20_000 }, (_, i) => line(i)).join('\n'));
    writeFileSync(join(cwd, 'cut.gz'), packed.subarray(0, packed.length / 2));
    const cut = await run('a', ['import', 'cut.gz']);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain('is damaged or cut short');
    const count = Number(/cut\.gz: ([\d,]+) events/.exec(cut.stdout)?.[1]?.replaceAll(',', ''));
    expect(count).toBeGreaterThan(1_000);
    expect(await exported('a')).toHaveLength(count);
  });

  it('needs no more memory for 200 MB with a giant line than for little', async () => {
    // Node itself, the catalogue and the store take about 40 MB of heap.
    const child = spawn(process.execPath, ['--max-old-space-size=64', MAIN, 'import', '--json', '--dir', 'a'], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const block = Buffer.from(`${line(1, { data: { note: 'x'.repeat(4_000) } })}\n`.repeat(250));
    const piece = Buffer.alloc(1 << 20, 'x');
    const write = async (bytes: Buffer): Promise<void> => {
      if (!child.stdin.write(bytes)) await once(child.stdin, 'drain');
    };
    for (let i = 0; i < 100; i++) await write(block);
    await write(Buffer.from(`${line(2)}\n`));
    for (let i = 0; i < 100; i++) await write(piece);
    child.stdin.end(`\n${line(3)}\n`);
    const output = (await child.stdout.toArray()).join('');
    const reports = JSON.parse(output) as { findings: { reason: string; count: number }[] }[];
    expect(reports[0]).toMatchObject({ lines: 25_003, lines_refused: expect.any(Number) });
    expect(reports[0]?.findings).toContainEqual({ reason: 'line_too_long', count: 1, first_lines: [25_002] });
    expect((await exported('a')).map(({ at_micros: at }) => at - EARLY)).toContain(3);
  });
});
