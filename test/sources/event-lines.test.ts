import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Intake } from '../../src/intake/intake.ts';
import { catalogueOf } from '../../src/metrics/index.ts';
import { SystemClock } from '../../src/model/clock.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { type EventLinesReport, readEventLines } from '../../src/sources/event-lines.ts';

const catalogue = catalogueOf();
let directory: string;
let intake: Intake;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'amicus-metrics-lines-'));
  intake = new Intake({
    directory,
    catalogue,
    disabled: [],
    clock: new SystemClock(),
    source: 'import',
    cluster: '',
    maxSpoolBytes: 64e6,
  });
});
afterEach(async () => {
  await intake.close();
  rmSync(directory, { recursive: true });
});

/** Reads a text, cut into chunks of so many bytes, into a real intake. */
async function read(
  text: string | Buffer,
  chunkBytes = 1 << 20,
): Promise<EventLinesReport & { taken: IncomingEvent[] }> {
  const bytes = Buffer.from(text);
  const taken: IncomingEvent[] = [];
  async function* chunks() {
    for (let i = 0; i < bytes.length; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes);
  }
  const report = await readEventLines(chunks(), {
    catalogue,
    sink: {
      emit: (event) => {
        const accepted = intake.emit(event);
        if (accepted) taken.push(event);
        return accepted;
      },
      dropped: () => intake.totals().dropped,
      settle: async () => intake.write(),
    },
  });
  return { ...report, taken };
}

const findings = ({ findings: found }: EventLinesReport): unknown =>
  Object.fromEntries([...found].map(([reason, { count, firstLines }]) => [reason, [count, ...firstLines]]));

const exported = (i: number): string =>
  JSON.stringify({
    id: `0123456789ab:state.read:${i}`,
    metric: 'state.read',
    timestamp: 1_770_104_400 + i / 1e6,
    at_micros: 1_770_104_400_000_000 + i,
    source: 'amicus-state',
    inferred: true,
    cluster: 'east',
    data: { node_id: 'Node-X9J2', duration_ms: 1.5 },
  });
const flat =
  '{"metric":"task.claimed","timestamp":1770104410.25,"task_id":"task-123","node_id":"Node-X9J2","priority":"high"}';

describe('readEventLines', () => {
  it('knows a line whose id says no more than its metric and time by what it holds', async () => {
    const id = '0123456789ab:state.read:1770104400000007';
    const { taken } = await read(exported(7).replace('0123456789ab:state.read:7', id));
    expect(taken).toMatchObject([{ identity: undefined, copy: true }]);
  });

  it('takes another id for the identity', async () => {
    const { taken } = await read(exported(7));
    expect(taken).toEqual([
      {
        metric: 'state.read',
        atMicros: 1_770_104_400_000_007,
        data: { node_id: 'Node-X9J2', duration_ms: 1.5 },
        source: 'amicus-state',
        inferred: true,
        cluster: 'east',
        identity: '0123456789ab:state.read:7',
        copy: false,
      },
    ]);
  });

  it('reads fields that stand beside metric and timestamp, known by their time and values', async () => {
    const { taken } = await read(`${flat}\n`);
    expect(taken).toEqual([
      {
        metric: 'task.claimed',
        atMicros: 1_770_104_410_250_000,
        data: { task_id: 'task-123', node_id: 'Node-X9J2', priority: 'high' },
        source: 'import',
        inferred: false,
        cluster: undefined,
        identity: undefined,
        copy: true,
      },
    ]);
  });

  it('tells equal lines of one moment apart, the same ones each time', async () => {
    const text = `${flat}\n${flat}\n${flat}\n`;
    const identities = (await read(text)).taken.map(({ identity }) => identity);
    expect(new Set(identities).size).toBe(3);
    expect((await read(text)).taken.map(({ identity }) => identity)).toEqual(identities);
  });

  it('reads a row of a database dump: data as text, null for absent, 1 for true', async () => {
    const row = {
      id: 17,
      timestamp: '2026-02-03T07:40:00Z',
      metric: 'task.claimed',
      node_id: 'Node-A',
      inferred: 1,
      data: '{"task_id":"t","priority":null}',
    };
    const { taken, findings: found } = await read(JSON.stringify(row));
    expect(taken[0]).toMatchObject({
      atMicros: Date.UTC(2026, 1, 3, 7, 40) * 1_000,
      data: { task_id: 't', node_id: 'Node-A' },
      inferred: true,
    });
    expect(found.size).toBe(0);
  });

  it('reads a JSON document of one event on each line, empty lines, carriage returns and a byte order mark', async () => {
    const { taken, refused } = await read(`\ufeff[\r\n${exported(1)},\r\n\r\n${exported(2)}\r\n]\r\n`);
    expect(taken.map(({ atMicros }) => atMicros % 1_000)).toEqual([1, 2]);
    expect(refused).toBe(0);
  });

  it('counts bad lines by reason with where they were, and keeps their neighbours', async () => {
    const lines = [
      exported(1),
      '{"metric": "task.claimed", ',
      '[1]',
      '{"timestamp": 1}',
      '{"metric": "task.claimed"}',
      '{"metric": "build.finished", "timestamp": 1770104410}',
      '{"metric": "task.claimed", "timestamp": 1770104410, "data": [1]}',
      '{"metric": "task.claimed", "timestamp": 1770104410000, "task_id": "t"}',
      '{"metric": "task.completed", "timestamp": 1770104410, "outcome": "great", "duration_seconds": "1", "colour": 1}',
      '{"metric": "task.claimed", "timestamp": 1770104410, "__proto__": {"node_id": "x"}, "node_id": "y"}',
      'null',
      exported(2),
    ];
    const report = await read(lines.join('\n'));
    expect(report.lines).toBe(12);
    expect(findings(report)).toMatchObject({
      not_json: [1, 2],
      not_an_object: [3, 3, 7, 11],
      no_metric: [1, 4],
      no_time: [1, 5],
      unknown_metric: [1, 6],
      time_out_of_range: [1, 8],
      not_in_list: [1, 9],
      wrong_type: [1, 9],
      unknown_field: [1, 9],
    });
    expect(report.unknownMetrics).toEqual(['build.finished']);
    expect(report.events + report.refused).toBe(12);
    expect(report.taken.at(-1)?.atMicros).toBe(1_770_104_400_000_002);
  });

  it('counts everything and names the first few lines, however many are bad', async () => {
    const bad = '{"metric": "task.claimed", "timestamp": 1770104410, "colour": 1, "task_id": "t"}\n';
    const report = await read('x\n'.repeat(3_000) + bad.repeat(3_000));
    expect(findings(report)).toEqual({
      not_json: [3_000, 1, 2, 3, 4, 5],
      unknown_field: [3_000, 3_001, 3_002, 3_003, 3_004, 3_005],
    });
  });

  it('passes over a line beyond the limit and goes on after it', async () => {
    const long = `{"metric":"${'x'.repeat(3 << 20)}"}`;
    for (const chunkBytes of [1 << 14, 1 << 20, 8 << 20]) {
      const report = await read(`${exported(1)}\n${long}\n${exported(2)}\n${long}`, chunkBytes);
      expect(findings(report)).toEqual({ line_too_long: [2, 2, 4] });
      expect(report).toMatchObject({ lines: 4, events: 2, refused: 2 });
    }
  });

  it('reads the same whichever way the bytes come', async () => {
    const text = ['ü', exported(1), '', flat, '{"metric":"漢字","timestamp":1}', exported(2), 'x'].join('\n');
    const whole = await read(text);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (chunkBytes) => {
        const { taken, ...report } = await read(text, chunkBytes);
        expect(taken).toEqual(whole.taken);
        expect(findings(report)).toEqual(findings(whole));
        expect(report.unknownMetrics).toEqual(['漢字']);
      }),
      { numRuns: 50 },
    );
  });

  it('never throws, whatever the bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.json(), async (bytes, json) => {
        const report = await read(Buffer.concat([bytes, Buffer.from(`\n${json}\n${exported(1)}`)]), 64);
        expect(report.events).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it('survives deep nesting', async () => {
    const deep = `{"metric":"task.claimed","timestamp":1770104410,"data":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    expect((await read(deep)).refused).toBe(1);
  });
});
