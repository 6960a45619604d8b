import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';

import type { StoredEvent } from '../../../src/model/event.ts';
import { METRICS } from '../../../src/metrics/index.ts';
import { formatByFileName, formatByName } from '../../../src/surfaces/export/choose-format.ts';
import { columnsOf } from '../../../src/surfaces/export/columns.ts';
import { unguardText } from '../../../src/surfaces/export/csv-cell.ts';
import { EXPORT_FORMATS } from '../../../src/surfaces/export/index.ts';
import { anyStoredEvent, storedEvent } from '../../support/stored-events.ts';

const METRIC_LIST = [...METRICS];

async function encoded(name: string, events: readonly StoredEvent[], batchSize = 3): Promise<Buffer> {
  async function* batches() {
    for (let i = 0; i < events.length; i += batchSize) yield events.slice(i, i + batchSize);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of formatByName(name)?.encode(METRIC_LIST, batches()) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What a reader of JSON sees of an event. */
const record = ({ atMicros, ...event }: StoredEvent): unknown =>
  JSON.parse(JSON.stringify({ ...event, at_micros: atMicros }));

/** RFC 4180, as any reader of it does. */
function parseCsv(text: string): { text: string; quoted: boolean }[][] {
  const lines: { text: string; quoted: boolean }[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    const quoted = found[1] !== undefined;
    lines.at(-1)?.push({ quoted, text: quoted ? (found[1] ?? '').replaceAll('""', '"') : (found[2] ?? '') });
    if (found[3] !== ',') lines.push([]);
    if (cell.lastIndex === text.length) break;
  }
  return lines.slice(0, -1);
}

describe('json and ndjson', () => {
  it('write every event as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStoredEvent, { maxLength: 8 }), async (events) => {
        const lines = (await encoded('ndjson', events)).toString().split('\n').slice(0, -1);
        expect(lines.map((line) => JSON.parse(line))).toEqual(events.map(record));
        expect(JSON.parse((await encoded('json', events)).toString())).toEqual(events.map(record));
      }),
      { numRuns: 100 },
    );
  });

  it('write nothing, and an empty array, for no events', async () => {
    expect((await encoded('ndjson', [])).toString()).toBe('');
    expect((await encoded('json', [])).toString()).toBe('[]\n');
  });
});

describe('csv', () => {
  it('parses back to every event, absent and empty apart', async () => {
    const columns = columnsOf(METRIC_LIST);
    await fc.assert(
      fc.asyncProperty(fc.array(anyStoredEvent, { maxLength: 8 }), async (events) => {
        const [header, ...rows] = parseCsv((await encoded('csv', events)).toString());
        expect(header?.map(({ text }) => text)).toEqual(columns.map((column) => column.header));
        const expected = events.map((event) => columns.map((column) => column.valueOf(event)));
        const parsed = rows.map((cells) =>
          cells.map(({ text, quoted }, i) => {
            const type = columns[i]?.type;
            if (text === '') return quoted ? '' : undefined;
            if (type === 'moment') return Date.parse(text.replace(/\d{3}Z$/, 'Z')) * 1e3 + Number(text.slice(-4, -1));
            if (type === 'whole' || type === 'decimal') return Number(text);
            if (type === 'flag') return text === 'true';
            return type === 'names' ? JSON.parse(unguardText(text)) : unguardText(text);
          }),
        );
        expect(parsed).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('parquet', () => {
  // Microseconds do not fit into a Date.
  const parsers = { timestampFromMicroseconds: (micros: bigint) => Number(micros) };

  it('is read back by another implementation with types, absent values, lists and microseconds', async () => {
    const columns = columnsOf(METRIC_LIST);
    await fc.assert(
      fc.asyncProperty(fc.array(anyStoredEvent, { maxLength: 8 }), async (events) => {
        const file = await encoded('parquet', events);
        const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
        const rows = await parquetReadObjects({ file: buffer, parsers });
        const asWritten = events.map((event) =>
          Object.fromEntries(
            columns.map((column) => {
              const value = column.valueOf(event);
              return [column.header, column.type === 'whole' && value !== undefined ? BigInt(Number(value)) : value];
            }),
          ),
        );
        expect(rows.map((row) => withoutAbsent(row))).toEqual(asWritten.map((row) => withoutAbsent(row)));
      }),
      { numRuns: 60 },
    );
  });

  it('closes groups as they fill', async () => {
    const events = Array.from({ length: 45_000 }, (_, i) =>
      storedEvent({ metric: 'state.read', atMicros: 1.77e15 + i }),
    );
    const file = await encoded('parquet', events, 1_000);
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
    const { parquetMetadata } = await import('hyparquet');
    expect(parquetMetadata(buffer).row_groups.map((group) => Number(group.num_rows))).toEqual([20_000, 20_000, 5_000]);
  });
});

const withoutAbsent = (row: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null));

describe('columnsOf', () => {
  it('gives a field that means two kinds of thing a column for each', () => {
    const columns = columnsOf(METRIC_LIST).filter(({ header }) => header.endsWith('files_modified'));
    expect(columns.map(({ header, type }) => [header, type])).toEqual([
      ['files_modified', 'whole'],
      ['code_changed_files_modified', 'names'],
    ]);
    const event = storedEvent({ metric: 'code.changed', data: { files_modified: ['a.ts'] } });
    expect(columns.map(({ valueOf }) => valueOf(event))).toEqual([undefined, ['a.ts']]);
  });

  it('has no header twice', () => {
    const headers = columnsOf(METRIC_LIST).map(({ header }) => header);
    expect(new Set(headers).size).toBe(headers.length);
  });
});

describe('choosing a format', () => {
  it.each([
    ['a.ndjson', 'ndjson'],
    ['a.jsonl.gz', 'ndjson'],
    ['A.CSV', 'csv'],
    ['a.b.json.zst', 'json'],
    ['/x.d/a.parquet', 'parquet'],
    ['a.txt', undefined],
    ['a', undefined],
    ['json', undefined],
  ])('takes %s for %s', (path, name) => {
    expect(formatByFileName(path)?.name).toBe(name);
  });

  it('has no ending twice and a sentence for each format', () => {
    const endings = EXPORT_FORMATS.flatMap((format) => format.endings);
    expect(new Set(endings).size).toBe(endings.length);
    for (const { doc } of EXPORT_FORMATS) expect(doc).toMatch(/^[A-Z].*\.$/);
  });
});
