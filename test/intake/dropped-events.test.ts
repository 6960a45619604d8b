import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVERY_KIND, filesBelow, NEEDY, openRecorder, turn } from '../support/recording.ts';

const HOUR_MICROS = 3_600_000_000;

describe('an event that is not taken is counted by its reason', () => {
  it('counts a metric that nobody declared', () => {
    const { intake } = openRecorder();
    expect(intake.record('no.such', {})).toBe(false);
    expect(intake.record('__proto__', {})).toBe(false);
    expect(intake.totals()).toMatchObject({ recorded: 2, accepted: 0, dropped: { unknown_metric: 2 } });
  });

  it.each([
    ['no data', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a list', [1, 2]],
    ['an empty list', []],
    ['a date', new Date()],
    ['a map', new Map([['a_count', 1]])],
    ['a promise', Promise.resolve({})],
  ])('counts %s as no object', (_what, data) => {
    const { intake } = openRecorder();
    expect(intake.record(EVERY_KIND.name, data as never)).toBe(false);
    expect(intake.totals().dropped).toMatchObject({ not_an_object: 1 });
  });

  it('counts an event without the field that it needs, or with one that is refused', () => {
    const { intake, spooled } = openRecorder();
    expect(intake.record(NEEDY.name, { a_count: 1 })).toBe(false);
    expect(intake.record(NEEDY.name, { task_id: '\0' })).toBe(false);
    expect(intake.record(NEEDY.name, { task_id: 'task-1' })).toBe(true);
    intake.write();
    expect(spooled().map(({ data }) => data)).toEqual([{ task_id: 'task-1' }]);
    expect(intake.totals()).toMatchObject({
      recorded: 3,
      accepted: 1,
      dropped: { missing_field: 2, control_character: 1 },
    });
  });

  it('counts times before there were agents, and times more than a day ahead', () => {
    const { intake, clock } = openRecorder();
    const at = (atMicros: number): boolean => intake.emit({ metric: EVERY_KIND.name, data: {}, atMicros });
    expect(at(clock.micros - 24 * 365 * HOUR_MICROS)).toBe(true);
    expect(at(clock.micros + 24 * HOUR_MICROS)).toBe(true);
    expect(at(clock.micros + 25 * HOUR_MICROS)).toBe(false);
    // Milliseconds and seconds taken for microseconds.
    for (const wrong of [clock.micros / 1e3, clock.micros / 1e6, 0, -1, NaN, Infinity]) expect(at(wrong)).toBe(false);
    expect(intake.totals().dropped).toEqual({ time_out_of_range: 7 });
  });

  it('counts what is recorded while a metric or its category is off, from the start or later', () => {
    const { intake } = openRecorder({ disabled: ['state', 'task.claimed'] });
    const taken = (metric: string): boolean => intake.record(metric, { task_id: 'task-1' });
    expect([taken('state.read'), taken('task.claimed'), taken('task.released')]).toEqual([false, false, true]);
    intake.setEnabled('state', true);
    intake.setEnabled('task', false);
    expect([taken('state.read'), taken('task.claimed'), taken('task.released')]).toEqual([true, false, false]);
    intake.setEnabled('task', true);
    expect([taken('task.claimed'), taken('task.released')]).toEqual([false, true]);
    expect(intake.disabled).toEqual(['task.claimed']);
    expect(intake.totals().dropped).toMatchObject({ metric_disabled: 5 });
  });

  it('costs no write each turn while a metric is off', async () => {
    const { intake, directory, clock } = openRecorder({ disabled: ['state'] });
    for (let n = 0; n < 500; n++) {
      intake.record('state.read', {});
      clock.millis += 1;
      await turn();
    }
    intake.write();
    const sizes = [...filesBelow(directory).values()].map(({ length }) => length);
    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThan(500);
    expect(intake.totals().dropped).toEqual({ metric_disabled: 500 });
  });

  it('keeps what was recorded after close out, and says so', async () => {
    const { intake, spooled } = openRecorder();
    intake.record(EVERY_KIND.name, { a_count: 1 });
    await intake.close();
    expect(intake.record(EVERY_KIND.name, { a_count: 2 })).toBe(false);
    await turn();
    intake.write();
    await intake.close();
    expect(spooled().map(({ data }) => data)).toEqual([{ a_count: 1 }]);
    expect(intake.totals()).toMatchObject({ recorded: 2, accepted: 1, dropped: { spool_unwritable: 1 } });
  });

  it('keeps 1 MiB in memory while nothing can be written, then counts what no longer fits, and writes all it kept', () => {
    const { intake, directory, clock, spooled } = openRecorder();
    writeFileSync(directory, 'in the way');
    let taken = 0;
    for (let n = 0; n < 100_000; n++) taken += intake.record(EVERY_KIND.name, { a_count: n }) ? 1 : 0;
    expect(taken).toBeGreaterThan(40_000);
    expect(intake.totals()).toMatchObject({ recorded: 100_000, dropped: { spool_unwritable: 100_000 - taken } });
    expect(intake.totals().failure).toContain('EEXIST');
    expect(intake.totals().pendingBytes).toBeLessThan(1.2 * 1024 * 1024);
    // Memory for names is bounded as well.
    const dropped = (): number => intake.totals().dropped.spool_unwritable ?? 0;
    const before = dropped();
    for (let n = 0; n < 1_000; n++) intake.record(EVERY_KIND.name, { an_id: `task-${n}` });
    expect(dropped() - before).toBe(1_000);

    rmSync(directory);
    clock.millis += 2_000;
    intake.write();
    expect(intake.totals().failure).toBeUndefined();
    expect(spooled()).toHaveLength(taken);
    expect(intake.record(EVERY_KIND.name, {})).toBe(true);
  });

  it('counts what its file system lets nobody store any more when it closes', async () => {
    const { intake, directory } = openRecorder();
    writeFileSync(directory, 'in the way');
    for (let n = 0; n < 3; n++) intake.record(EVERY_KIND.name, { a_count: n });
    await intake.close();
    expect(intake.totals()).toMatchObject({ recorded: 3, accepted: 0, dropped: { spool_unwritable: 3 } });
  });
});

describe('the context of an event', () => {
  it('falls back to the own source and no cluster where what is told may not be stored, and counts it', () => {
    const { intake } = openRecorder();
    const emit = (context: Record<string, unknown>): boolean =>
      intake.emit({ metric: EVERY_KIND.name, data: {}, ...context });
    expect(emit({ source: 'otlp', inferred: true, cluster: 'blue', identity: 'a' })).toBe(true);
    expect(intake.totals().dropped).toEqual({});
    emit({ source: 'no such source' });
    emit({ cluster: '\u001b[2J' });
    emit({ cluster: 'x'.repeat(70_000) });
    emit({ cluster: Symbol('x') });
    emit({ identity: { nested: true } });
    emit({ identity: 7n });
    expect(intake.totals()).toMatchObject({
      accepted: 7,
      dropped: { not_in_list: 1, control_character: 1, too_long: 1, wrong_type: 3 },
    });
  });

  it('numbers any number of clusters', () => {
    const { intake, spooled } = openRecorder();
    for (let n = 0; n < 70_000; n++) intake.emit({ metric: EVERY_KIND.name, data: { a_count: n }, cluster: `c${n}` });
    intake.write();
    expect(spooled()).toHaveLength(70_000);
  });
});
