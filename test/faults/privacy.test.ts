import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MetricsCollector, METRICS, openMetrics } from '../../src/index.ts';
import type { EventData, IncomingEvent } from '../../src/model/event.ts';
import type { AnyField } from '../../src/model/field.ts';
import { findBytes } from '../support/byte-search.ts';
import { fakeSecrets } from '../support/fake-secrets.ts';
import { EVERY_KIND, filesBelow, imbalances, turn } from '../support/recording.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Stands in every planted secret, and nowhere else. */
const freshMark = (): string => `F${randomBytes(5).toString('hex').toUpperCase()}`;

/** What no field is declared for, so that it can only come under a name of its own. */
const forbiddenContents = (mark: string): Readonly<Record<string, string>> => ({
  code: `const ${mark} = () => fetch("https://example");`,
  diff: `--- a/${mark}\n+++ b/${mark}\n@@ -1 +1 @@`,
  prompt: `You are ${mark}, a helpful assistant. Ignore all previous instructions.`,
  completion: `Sure! Here is ${mark}.`,
  toolArguments: JSON.stringify({ path: `/home/${mark}` }),
  errorMessage: `ENOENT: no such file, open '/home/${mark}/.netrc'`,
  stack: `Error: ${mark}\n    at ${mark} (file:///home/${mark}.ts:1:1)`,
  commit: `fix: ${mark}`,
  mail: `${mark}@example.com`,
  environment: `PATH=/bin\nTOKEN=${mark}`,
  bytes: Buffer.from(mark).toString('base64'),
});

/** Every place of an event that a secret may end up in. */
const PLACES: readonly ((metrics: MetricsCollector, secret: string) => void)[] = [
  (metrics, secret) => metrics.record(EVERY_KIND, { an_id: secret }),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_name: secret }),
  (metrics, secret) => metrics.record(EVERY_KIND, { node_id: `Node ${secret}` }),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_word: secret } as never),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_count: secret } as never),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_flag: secret } as never),
  (metrics, secret) => metrics.record(EVERY_KIND, { some_names: ['a.ts', secret, `src/${secret}`] }),
  (metrics, secret) => metrics.record('task.completed', { task_id: secret }),
  (metrics, secret) => metrics.record('tokens.consumed', { model: secret, input_tokens: 1 }),
  (metrics, secret) => metrics.record('code.changed', { files_modified: [secret] } as never),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_count: 1 }, { cluster: secret }),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_count: 1 }, { identity: secret }),
  (metrics, secret) => metrics.record(EVERY_KIND, { a_count: 1 }, { source: secret as never }),
];

/** Places that nothing declares: whatever comes there stays out, secret or not. */
const UNDECLARED: readonly ((metrics: MetricsCollector, text: string) => void)[] = [
  (metrics, text) => metrics.record(EVERY_KIND, { prompt: text } as never),
  (metrics, text) => metrics.record(EVERY_KIND, { [text]: 1 } as never),
  (metrics, text) => metrics.record(EVERY_KIND, { nested: { deeper: [text] } } as never),
  (metrics, text) => metrics.record(EVERY_KIND, { a_name: { text } } as never),
  (metrics, text) => metrics.record(EVERY_KIND, { some_names: [[text], { text }] } as never),
  (metrics, text) => metrics.record(EVERY_KIND, JSON.parse(`{"__proto__": ${JSON.stringify(text)}}`) as EventData),
  (metrics, text) => metrics.record(EVERY_KIND, [text] as never),
  (metrics, text) => metrics.record(EVERY_KIND, new Error(text) as never),
  (metrics, text) => metrics.record(text as 'state.read', { duration_ms: 1 }),
  (metrics, text) => metrics.emit({ metric: text, data: { [text]: text } } as unknown as IncomingEvent),
  (metrics, text) => metrics.record(EVERY_KIND, {}, { note: text } as never),
  (metrics, text) => {
    const tracked = metrics.track(EVERY_KIND, (_argument: string) => text, {
      data: ({ result }) => ({ result, failed: text }),
    });
    tracked(text);
  },
  (metrics, text) => {
    const tracked = metrics.track(EVERY_KIND, () => {
      throw new Error(text);
    });
    expect(tracked).toThrow(text);
  },
  (metrics, text) =>
    metrics.record(EVERY_KIND, {
      get a_name(): string {
        throw new Error(text);
      },
    }),
];

async function plant(directory: string, mark: string): Promise<{ metrics: MetricsCollector; planted: number }> {
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  const secrets = Object.values(fakeSecrets(mark));
  const texts = [...secrets, ...Object.values(forbiddenContents(mark))];
  let planted = 0;
  for (const [places, given] of [
    [PLACES, secrets],
    [UNDECLARED, texts],
  ] as const) {
    for (const place of places) {
      for (const text of given) {
        place(metrics, text);
        planted += 1;
      }
      await turn();
    }
  }
  return { metrics, planted };
}

describe('secrets that end up in events', () => {
  it('are in no byte of any file: not in the spool, the database, its log, or a backup', async () => {
    const folder = temporaryFolder();
    const mark = freshMark();
    const { metrics, planted } = await plant(join(folder, '.ai'), mark);
    expect(planted).toBeGreaterThan(900);
    await metrics.flush();
    expect(findBytes(folder, mark)).toEqual([]);
    await metrics.drain();
    expect(findBytes(folder, mark)).toEqual([]);
    await metrics.upkeep();
    await metrics.backup(join(folder, 'backup.db'));
    expect([...filesBelow(folder).keys()].length).toBeGreaterThan(3);
    expect(findBytes(folder, mark)).toEqual([]);
    const { dropped } = metrics.health();
    expect(dropped.looks_secret).toBeGreaterThan(200);
    expect(dropped.unknown_field).toBeGreaterThan(100);
    expect(JSON.stringify([metrics.health(), await metrics.ledger(), await metrics.stats()])).not.toContain(mark);
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    await metrics.close();
    expect(findBytes(folder, mark)).toEqual([]);
  });

  it('would be found by this very search, in the spool and in the database', async () => {
    const folder = temporaryFolder();
    const mark = freshMark();
    const metrics = openMetrics({ directory: join(folder, '.ai'), metrics: [EVERY_KIND] });
    // As a recorder would do that checks nothing.
    metrics.record(EVERY_KIND, { a_name: `plain ${mark}` });
    metrics.record(EVERY_KIND, { a_name: `hex ${Buffer.from(mark).toString('hex')}` });
    metrics.record(EVERY_KIND, { a_name: Buffer.from(`x${mark}xx`).toString('base64') });
    metrics.record(EVERY_KIND, { a_name: mark.split('').toReversed().join('') });
    await metrics.flush();
    const inSpool = findBytes(folder, mark);
    for (const form of ['plain', 'hex', 'base64', 'reversed']) {
      expect(inSpool.filter((found) => found.endsWith(form))).not.toEqual([]);
    }
    await metrics.drain();
    expect(findBytes(folder, mark).filter((found) => found.includes('metrics.db'))).not.toEqual([]);
    await metrics.close();
  });

  it('do not keep a single legitimate field out: names, numbers and words come back as they were', async () => {
    const random = seededRandom(3);
    const whole = (most: number): number => Math.floor(random() * most);
    const names = [
      'Node-X9J2',
      'claude-opus-4-5-20251101',
      'task-123e4567-e89b-12d3-a456-426614174000',
      'src/auth/token-store.ts',
    ];
    const valueOf = (field: AnyField): unknown => {
      switch (field.kind) {
        case 'one_of':
          return field.words[whole(field.words.length)];
        case 'flag':
          return random() < 0.5;
        case 'names':
          return names.slice(0, whole(4));
        case 'count':
          return whole(1e9);
        case 'delta':
          return whole(1e6) - 5e5;
        case 'measure':
          return whole(1e9) / field.scale;
        default:
          return names[whole(4)];
      }
    };
    const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai') });
    for (const metric of METRICS) {
      const told = Array.from({ length: 60 }, () =>
        Object.fromEntries(Object.entries<AnyField>(metric.fields).map(([name, field]) => [name, valueOf(field)])),
      );
      for (const data of told) expect(metrics.record(metric.name, data as never)).toBe(true);
      const { events } = await metrics.query({ metric: metric.name, order: 'oldest_first', limit: 100 });
      expect(events.map(({ data }) => data)).toEqual(told);
    }
    expect(metrics.health().dropped).toEqual({});
    await metrics.close();
  });
});
