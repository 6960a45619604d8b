import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Family } from '../../../src/surfaces/exposition/family.ts';
import { type Exposed, exposed, letPass } from '../../support/exposed.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY = 86_400;

/** Numbers of all counters and histograms, by series. */
function grown(families: readonly Family[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const family of families) {
    if (family.kind === 'counter') {
      for (const { labels, value } of family.points) numbers.set(`${family.name} ${JSON.stringify(labels)}`, value);
    } else if (family.kind === 'histogram') {
      for (const { counts, sum } of family.points) {
        numbers.set(`${family.name} sum`, sum);
        for (const [i, count] of counts.entries()) numbers.set(`${family.name} ${i}`, count);
      }
    }
  }
  return numbers;
}

function fallen(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  return [...before].filter(([series, value]) => (after.get(series) ?? -1) < value).map(([series]) => series);
}

function work({ collector, clock }: Exposed, tasks: number): void {
  for (let i = 0; i < tasks; i++) {
    const timestamp = clock.nowMicros() / 1e6 - i;
    collector.record(
      'task.completed',
      { task_id: `t${i}`, outcome: 'success', duration_seconds: 1 + i, files_modified: 2 },
      { timestamp },
    );
    collector.record('tool.called', { tool: `tool-${i % 3}`, outcome: 'success', duration_ms: i }, { timestamp });
    collector.record(
      'tokens.consumed',
      { client: 'c', model: 'm', feed: 'events', input_tokens: 10, requests: 1, reported_cost_usd: 0.1 },
      { timestamp },
    );
  }
}

describe('counters that leave', () => {
  it('never fall: over restarts, retention of events and of hourly figures, late events, and a lost store', async () => {
    const world = exposed({ rawDays: 1, rollupDays: 3, maxBytes: 1e12 });
    let { exposition } = world;
    let before: ReadonlyMap<string, number> = new Map();
    for (let day = 0; day < 12; day++) {
      work(world, 5);
      if (day % 3 === 1) exposition = world.again();
      const told = grown(await exposition.families());
      expect(fallen(before, told)).toEqual([]);
      letPass(world.clock, DAY);
      work(world, 1);
      await world.collector.upkeep();
      const later = grown(await exposition.families());
      expect(fallen(told, later)).toEqual([]);
      before = later;
    }
    // Of twelve days of six tasks the store remembers a few; who reads counters has seen all of them.
    expect(before.get('amicus_task_completed {"outcome":"success"}')).toBe(72);
    expect(before.get('amicus_task_completed_files_modified {"outcome":"success"}')).toBe(144);
    expect(before.get('amicus_usage_tokens {"client":"c","model":"m","type":"input"}')).toBe(720);
    expect(before.get('amicus_usage_cost_dollars {"client":"c","model":"m"}')).toBeCloseTo(7.2, 9);
    const { count } =
      (await world.collector.aggregate({ metric: 'task.completed', aggregations: ['count'] })).rows[0]?.values ?? {};
    expect(Number(count)).toBeLessThan(40);

    rmSync(join(world.directory, 'metrics.db'));
    letPass(world.clock, 60);
    work(world, 1);
    const anew = grown(await world.again().families());
    expect(fallen(before, anew)).toEqual([]);
  });

  it('equal what the store counts while it forgets nothing', async () => {
    const world = exposed();
    work(world, 50);
    const told = grown(await world.exposition.families());
    expect(told.get('amicus_task_completed {"outcome":"success"}')).toBe(50);
    // From 0 on, so that the first failure is seen as an increase.
    expect(told.get('amicus_task_completed {"outcome":"failure"}')).toBe(0);
    expect(told.get('amicus_task_completed_duration_seconds sum')).toBe((50 * 51) / 2);
    expect(told.get('amicus_tool_called {"tool":"tool-0","outcome":"success"}')).toBe(17);
    expect(told.get('amicus_collector_recorded_events {}')).toBe(150);
    expect(told.get('amicus_usage_cost_dollars {"client":"c","model":"m"}')).toBe(5);
  });

  it('count a request once that two feeds of a client tell', async () => {
    const { collector, exposition, clock } = exposed();
    const timestamp = clock.nowMicros() / 1e6 - 1;
    const usage = { client: 'claude-code', model: 'm', session_id: 's', input_tokens: 100, requests: 1 } as const;
    collector.record('tokens.consumed', { ...usage, feed: 'events' }, { timestamp });
    collector.record('tokens.consumed', { ...usage, feed: 'metrics' }, { timestamp });
    const told = grown(await exposition.families());
    expect(told.get('amicus_usage_tokens {"client":"claude-code","model":"m","type":"input"}')).toBe(100);
  });

  it('tell a hundred label sets of a family apart and the rest together, the same ones after a restart', async () => {
    const world = exposed();
    const { collector, clock } = world;
    const call = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        collector.record(
          'tool.called',
          { tool: `tool-${i}`, request_bytes: 1 },
          { timestamp: clock.nowMicros() / 1e6 - 1 },
        );
      }
    };
    call(0, 80);
    await world.exposition.families();
    letPass(clock, 10);
    call(80, 230);
    for (const exposition of [world.exposition, world.again()]) {
      const families = await exposition.families();
      const calls = families.find(({ name }) => name === 'amicus_tool_called');
      const points = calls?.kind === 'counter' ? calls.points : [];
      expect(points).toHaveLength(101);
      expect(points.slice(0, 80).every(({ labels }) => Number(labels['tool']?.slice(5)) < 80)).toBe(true);
      expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(230);
      expect(points.find(({ labels }) => labels['tool'] === 'other')?.value).toBe(130);
      const counted = families.find(({ name }) => name === 'amicus_exposition_overflowed_label_sets');
      expect(counted?.points).toContainEqual({ labels: { family: 'amicus_tool_called' }, value: 130 });
    }
  });

  it('begin anew from a book that is damaged or planted, and keep it to its owner', async () => {
    const world = exposed();
    const path = join(world.directory, 'metrics.counters.json');
    work(world, 3);
    await world.exposition.families();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const text of [
      '{',
      '[]',
      '{"version":1,"families":{"amicus_task_completed":{"x":{"raw":[1],"offset":[1]},"[]":{"raw":["9"],"offset":[0]}}}}',
      '{"version":1,"families":{"amicus_task_completed":[1]},"usage":{"from_micros":"x","closed":3}}',
      '{"version":1,"families":7,"since_micros":1e300}',
    ]) {
      writeFileSync(path, text);
      const told = grown(await world.again().families());
      expect(told.get('amicus_task_completed {"outcome":"success"}')).toBe(3);
    }
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1 });
    // Neither waits for what a pipe would bring, nor follows a link.
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(grown(await world.again().families()).get('amicus_task_completed {"outcome":"success"}')).toBe(3);
    const elsewhere = join(temporaryFolder(), 'of-somebody-else');
    writeFileSync(elsewhere, 'as it was');
    rmSync(path, { force: true });
    symlinkSync(elsewhere, path);
    await world.again().families();
    expect(readFileSync(elsewhere, 'utf8')).toBe('as it was');
  });
});
