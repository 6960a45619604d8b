import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import type { Timers } from '../../../src/sources/source.ts';
import { LiveFeed, type LiveMessage } from '../../../src/surfaces/api/live-feed.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { contextOf, type RunningApi, startApi } from '../../support/running-api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function openFeed() {
  const time = new ManualTime();
  const directory = temporaryFolder();
  const collector = openMetrics({ directory, clock: time });
  onTestFinished(() => collector.close());
  let planned = 0;
  const timers: Timers = {
    after: (millis, run) => {
      planned += 1;
      return time.after(millis, run);
    },
  };
  const feed = new LiveFeed(contextOf(directory, collector, time), timers);
  /** Lets a second pass, and waits until the feed has looked: it plans its next look then. */
  const look = async (): Promise<void> => {
    const before = planned;
    time.pass(1_000);
    await eventually(() => planned > before);
  };
  return { feed, collector, look, time, planned: () => planned };
}

const record = (metrics: RunningApi['collector'], taskId: string): void => {
  metrics.record('task.created', { task_id: taskId });
};

describe('live events', () => {
  it('tell how many events of which metrics came, and nothing while nothing comes', async () => {
    const { feed, collector, look, time, planned } = openFeed();
    const heard: LiveMessage[] = [];
    record(collector, 'task-0');
    const stop = feed.listen((message) => heard.push(message), undefined);
    await look();
    await look();
    expect(heard).toEqual([]);
    record(collector, 'task-1');
    record(collector, 'task-2');
    await look();
    await look();
    expect(heard.map(({ event, data }) => [event, JSON.parse(data) as unknown])).toEqual([
      ['change', expect.objectContaining({ events: 2, metrics: { 'task.created': 2 }, findings: [], alerts: [] })],
    ]);
    stop?.();
    record(collector, 'task-3');
    const before = planned();
    time.pass(10_000);
    expect([planned() - before, heard.length]).toEqual([0, 1]);
  });

  it('tell whoever comes back what it missed, or that too much was missed', async () => {
    const { feed, collector, look } = openFeed();
    const heard: LiveMessage[] = [];
    feed.listen((message) => heard.push(message), undefined);
    await look();
    for (const task of ['task-1', 'task-2', 'task-3']) {
      record(collector, task);
      await look();
    }
    const missed: LiveMessage[] = [];
    feed.listen((message) => missed.push(message), heard[0]?.id);
    expect(missed.map(({ id }) => id)).toEqual(heard.slice(1).map(({ id }) => id));
    for (const strange of [
      '',
      'x',
      'ffffffff-1',
      `${heard[0]?.id}0`,
      '__proto__-1',
      '-',
      `${heard[0]?.id.split('-')[0]}-NaN`,
    ]) {
      const told: LiveMessage[] = [];
      feed.listen((message) => told.push(message), strange);
      expect([strange, told.map(({ event }) => event)]).toEqual([strange, ['reset']]);
    }
  });

  it('are refused to more listeners than there may be', () => {
    const { feed } = openFeed();
    const stops = Array.from({ length: 40 }, () => feed.listen(() => undefined, undefined));
    expect(stops.filter((stop) => stop !== undefined)).toHaveLength(32);
    stops[0]?.();
    expect(feed.listen(() => undefined, undefined)).toBeDefined();
  });

  it('come over HTTP as server-sent events, uncompressed, and end with the connection', async () => {
    const api = await startApi();
    const headers = { authorization: `Bearer ${api.read}`, 'accept-encoding': 'gzip' };
    const { promise, resolve } = Promise.withResolvers<string>();
    const listening = request({ host: '127.0.0.1', port: api.port, path: '/api/v1/live', headers }, (answer) => {
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/event-stream');
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.headers['cache-control']).toContain('no-store');
      let text = '';
      answer.on('data', (part: Buffer) => {
        text += part.toString();
        if (text.includes('event: change')) resolve(text);
      });
    });
    listening.on('error', () => undefined);
    listening.end();
    let count = 0;
    const telling = setInterval(() => record(api.collector, `task-${count++}`), 200);
    const text = await promise;
    clearInterval(telling);
    expect(text).toMatch(/^retry: 2000\n\nevent: change\ndata: \{.*"task\.created".*\}\nid: [0-9a-f]{8}-1\n\n/s);
    listening.destroy();
  });
});
