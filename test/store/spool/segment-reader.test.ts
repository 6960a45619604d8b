import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME_HEADER_BYTES, FRAME_KIND, frameAt, frameOf } from '../../../src/store/spool/frame.ts';
import { SegmentReader } from '../../../src/store/spool/segment-reader.ts';
import { listSegments, spoolFolder } from '../../../src/store/spool/spool-folder.ts';
import { EVERY_KIND, openRecorder } from '../../support/recording.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A real file: several frames, with names and lists that appear as it grows, counts and an end. */
async function realFile(): Promise<{ bytes: Buffer; path: string }> {
  const { intake, directory } = openRecorder();
  for (let n = 0; n < 40; n++) {
    intake.record(EVERY_KIND.name, { a_count: n, an_id: `task-${n}`, a_name: `n${n % 3}`, some_names: [`f${n % 5}`] });
    if (n % 4 === 0) intake.record('state.read', { duration_ms: n, unknown: 1 });
    if (n % 7 === 0) intake.write();
  }
  await intake.close();
  const path = listSegments(spoolFolder(directory))[0]?.path ?? '';
  return { bytes: readFileSync(path), path };
}

/** What a reader sees in some bytes, every name and number included. */
function seen(bytes: Buffer, at = join(temporaryFolder(), 'a.spool')) {
  writeFileSync(at, bytes);
  const reader = new SegmentReader(at);
  const stretch = reader.stretch(0, Infinity);
  const { texts, origins } = reader.definitions;
  const events = stretch.events.map(({ metric, origin, atMicros, values }) =>
    JSON.stringify([
      metric.name,
      origins[origin],
      atMicros,
      values.map((value, index) => {
        const kind = metric.fields[index]?.[1] ?? '';
        if (typeof value === 'object') return value.map((number) => texts[number]);
        return ['id', 'name', 'one_of'].includes(kind) && value !== undefined ? texts[value] : value;
      }),
    ]),
  );
  return { reader, stretch, events };
}

/** Offsets at which frames end, and how many events lie before each. */
function frameEnds(bytes: Buffer): { end: number; events: number }[] {
  const ends: { end: number; events: number }[] = [];
  let events = 0;
  for (let frame = frameAt(bytes, 0, true); frame !== undefined; frame = frameAt(bytes, frame.end, true)) {
    if (frame.kind === FRAME_KIND.events) events += bytes.readUInt32LE(frame.start + 9);
    ends.push({ end: frame.end, events });
  }
  return ends;
}

describe('a reader of a spool file', () => {
  it('sees exactly the whole frames before the end, wherever the file is cut', async () => {
    const { bytes } = await realFile();
    const ends = frameEnds(bytes);
    expect(ends.length).toBeGreaterThan(15);
    const whole = seen(bytes).events;
    expect(whole).toHaveLength(50);
    const at = join(temporaryFolder(), 'cut.spool');
    for (let length = 0; length <= bytes.length; length++) {
      const before = ends.findLast(({ end }) => end <= length);
      const { events, stretch } = seen(bytes.subarray(0, length), at);
      expect(events).toEqual(whole.slice(0, before?.events ?? 0));
      expect(stretch.endOffset).toBe(before?.end ?? 0);
      expect(stretch.damaged).toBe(false);
    }
  });

  it('never decodes an event that was not recorded, whichever bit is flipped', async () => {
    const { bytes } = await realFile();
    const whole = seen(bytes).events;
    const ends = frameEnds(bytes);
    const at = join(temporaryFolder(), 'flip.spool');
    const lastEvents = ends.findLastIndex(({ events }, index) => events > (ends[index - 1]?.events ?? 0));
    const isPrefix = (events: readonly string[]): boolean => events.every((event, index) => event === whole[index]);
    // Every byte, one bit each: 8 times as many cost a minute and showed nothing more.
    for (let offset = 0; offset < bytes.length; offset++) {
      const flipped = Buffer.from(bytes);
      flipped[offset] = (flipped[offset] ?? 0) ^ (1 << (offset % 8));
      const { events, stretch, reader } = seen(flipped, at);
      const frame = ends.findIndex(({ end }) => end > offset);
      expect(isPrefix(events)).toBe(true);
      expect(events).toHaveLength(frame === 0 ? 0 : (ends[frame - 1]?.events ?? 0));
      // The last frame may be taken for one that is being written; all others have good ones behind them.
      expect(stretch.damaged).toBe(frame < ends.length - 1);
      expect(reader.sequenceBehind(stretch.endOffset)).toBe(frame < lastEvents ? 50 : undefined);
    }
  });

  it('goes on where the last stretch ended, in any process, while the file grows', async () => {
    const { bytes, path } = await realFile();
    const whole = seen(bytes).events.length;
    const ends = frameEnds(bytes);
    const grows = join(temporaryFolder(), 'grows.spool');
    const kept = new SegmentReader(grows);
    let offset = 0;
    let total = 0;
    for (const { end } of ends) {
      writeFileSync(grows, bytes.subarray(0, end));
      const stretch = kept.stretch(offset, Infinity);
      // Another process, which never saw the definitions before the offset.
      const fresh = new SegmentReader(grows);
      expect(fresh.stretch(offset, Infinity)).toEqual(stretch);
      const known = Math.min(fresh.definitions.texts.length, kept.definitions.texts.length);
      expect(fresh.definitions).toEqual(kept.definitions);
      expect(known).toBe(kept.definitions.texts.length);
      offset = stretch.endOffset;
      total += stretch.events.length;
    }
    expect(total).toBe(whole);
    expect(new SegmentReader(path).countFrom(0)).toBe(whole);
  });

  it('stops behind the frame that reaches the limit, and says that there is more', async () => {
    const { path } = await realFile();
    const reader = new SegmentReader(path);
    const sizes: number[] = [];
    for (let offset = 0, more = true; more;) {
      const stretch = reader.stretch(offset, 5);
      sizes.push(stretch.events.length);
      ({ endOffset: offset, more } = stretch);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
    expect(Math.max(...sizes)).toBeLessThan(5 + 12);
  });

  it('counts events that the sequence numbers tell and the file does not have', async () => {
    const { bytes } = await realFile();
    const frames = frameEnds(bytes);
    const isEvents = (index: number): boolean => (frames[index]?.events ?? 0) > (frames[index - 1]?.events ?? 0);
    const removed = frames.findIndex((_, index) => index > 6 && isEvents(index));
    const cut = Buffer.concat([bytes.subarray(0, frames[removed - 1]?.end), bytes.subarray(frames[removed]?.end)]);
    const lost = (frames[removed]?.events ?? 0) - (frames[removed - 1]?.events ?? 0);
    expect(lost).toBeGreaterThan(0);
    const { stretch } = seen(cut);
    expect(stretch.missing).toBe(lost);
    expect(stretch.nextSequence).toBe(50);
  });

  it.each<[string, (good: Buffer) => Buffer, string]>([
    ['nothing', () => Buffer.alloc(0), 'unborn'],
    ['half a header', (good) => good.subarray(0, 20), 'unborn'],
    [
      'random bytes',
      () => Buffer.from('not a spool file at all, but long enough to be looked at. '.repeat(9)),
      'unborn',
    ],
    ['zeros', () => Buffer.alloc(1_000), 'damaged'],
    ['a first frame of another kind', (good) => good.subarray(frameAt(good, 0, true)?.end), 'damaged'],
    ['a header of a later version', () => frameOf(FRAME_KIND.header, Buffer.from('{"version":2}')), 'newer'],
    ['a header that is no JSON', () => frameOf(FRAME_KIND.header, Buffer.from('{"version":1')), 'damaged'],
    [
      'a header with a pid that is none',
      () =>
        frameOf(
          FRAME_KIND.header,
          Buffer.from(JSON.stringify({ version: 1, producer: 'a', pid: '../1', host: 'h', startedMicros: 1 })),
        ),
      'damaged',
    ],
  ])('tells %s from a spool file', async (_what, make, birth) => {
    const { bytes } = await realFile();
    const { reader } = seen(make(bytes));
    expect(reader.birth()).toBe(birth);
    expect(reader.header()).toBeUndefined();
  });

  it('takes frames with a right checksum and wrong contents for damage, and keeps what stood before', async () => {
    const { bytes } = await realFile();
    const ends = frameEnds(bytes);
    const good = bytes.subarray(0, ends[4]?.end);
    const count = ends[4]?.events ?? 0;
    const eventsFrame = (change: (payload: Buffer) => void): Buffer => {
      const frame = frameAt(good, ends[1]?.end ?? 0, true);
      const payload = Buffer.from(good.subarray((frame?.start ?? 0) + 1, frame?.end));
      change(payload);
      return frameOf(FRAME_KIND.events, payload);
    };
    const definitions = (kind: number, text: string): Buffer => {
      const head = Buffer.from([kind, 0, 0]);
      head.writeUInt16LE(Buffer.byteLength(text), 1);
      return frameOf(FRAME_KIND.definitions, Buffer.concat([head, Buffer.from(text)]));
    };
    const bad = [
      eventsFrame((payload) => payload.writeUInt16LE(999, 12)),
      eventsFrame((payload) => payload.writeUInt16LE(999, 14)),
      eventsFrame((payload) => payload.writeDoubleLE(NaN, 16)),
      eventsFrame((payload) => payload.writeUInt32LE(4_000_000_000, 8)),
      frameOf(FRAME_KIND.events, Buffer.from('short')),
      frameOf(FRAME_KIND.counts, Buffer.from('[1')),
      definitions(9, 'x'),
      definitions(2, '{"name":"a.b; DROP TABLE meta","fields":[]}'),
      definitions(2, '{"name":"a.b","fields":[["t","count",null]]}'),
      definitions(2, '{"name":"a.b","fields":[["x","count",null],["x","count",null]]}'),
      definitions(2, '{"name":"a.b","fields":[["x","no_kind",null]]}'),
      definitions(3, '{"source":"\\u001b[2J","inferred":false,"cluster":""}'),
    ];
    for (const frame of bad) {
      const { stretch, events } = seen(Buffer.concat([good, frame]));
      expect(stretch.damaged).toBe(true);
      expect(events).toHaveLength(count);
      expect(stretch.endOffset).toBe(good.length);
    }
  });

  it('gives up soon on a file that was made so that the search for good frames never ends', () => {
    const { bytes } = { bytes: Buffer.alloc(4 * 1024 * 1024, 1) };
    // Every offset looks like a frame of two megabytes.
    for (let at = 0; at + FRAME_HEADER_BYTES < bytes.length; at += 4) bytes.writeUInt32LE(0x0010_0001, at);
    const start = performance.now();
    seen(bytes);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
