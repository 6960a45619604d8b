import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { send } from '../../support/http-receiver.ts';
import { startApi } from '../../support/running-api.ts';

const MB = 1024 * 1024;

const INJECTIONS: readonly string[] = [
  "' OR 1=1 --",
  "'; DROP TABLE task_completed; --",
  '" OR ""="',
  "1; ATTACH DATABASE '/tmp/x' AS x",
  'task_completed',
  'sqlite_schema',
  "x' UNION SELECT sql FROM sqlite_schema --",
  "task.completed' --",
  'task.completed;',
  'task.completed\u0000',
  'task.completed\r\nset-cookie: a=b',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '\u202Etxt.exe',
  '%27',
  'NaN',
  'Infinity',
  '-1',
  '1e309',
  '9007199254740993',
  '0x10',
  'null',
  '[object Object]',
  '(((((((((((((((((((((((((((((((',
  'p95(duration_seconds',
  'p101(duration_seconds)',
  'sum(node_id) FROM x',
  'load_extension(a)',
  'a'.repeat(129),
];

/** Every parameter that goes into a question, with what is needed beside it. */
const PLACES: readonly (readonly [string, string])[] = [
  ['/api/v1/overview', 'since'],
  ['/api/v1/overview', 'until'],
  ['/api/v1/overview', 'tz'],
  ['/api/v1/events', 'metric'],
  ['/api/v1/events?metric=task.completed', 'where'],
  ['/api/v1/events?metric=task.completed', 'order'],
  ['/api/v1/events?metric=task.completed', 'limit'],
  ['/api/v1/events?metric=task.completed', 'cursor'],
  ['/api/v1/aggregate?metric=task.completed', 'aggregations'],
  ['/api/v1/aggregate?metric=task.completed', 'by'],
  ['/api/v1/aggregate?metric=task.completed', 'bucket'],
  ['/api/v1/aggregate?metric=task.completed', 'order'],
  ['/api/v1/series?metric=task.completed', 'aggregation'],
  ['/api/v1/series?metric=task.completed', 'compare'],
  ['/api/v1/costs', 'by'],
  ['/api/v1/status', 'window'],
  ['/api/v1/clock', 'node'],
  ['/api/v1/alerts/test?metric=task.claimed&warn=1', 'aggregation'],
  ['/api/v1/alerts/test?metric=task.claimed', 'warn'],
];

describe('parameters', () => {
  it('are refused or mean nothing, whatever they hold, and what is stored stays as it is', async () => {
    const api = await startApi();
    api.collector.record('task.completed', { task_id: 'task-1', node_id: 'Node-1', outcome: 'success' });
    await api.collector.flush();
    expect(INJECTIONS.length * PLACES.length).toBeGreaterThanOrEqual(200);
    for (const [path, name] of PLACES) {
      for (const text of INJECTIONS) {
        const { status, body, headers } = await api.get(
          `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(text)}`,
        );
        const answer = body.toString();
        expect([path, name, text, [200, 400, 404].includes(status)]).toEqual([path, name, text, true]);
        expect(headers['content-type']).toBe('application/json');
        expect(headers['set-cookie']).toBeUndefined();
        expect(answer).not.toMatch(/SQLITE|syntax error|CREATE TABLE|root:x|FAILED/);
        expect('error' in (JSON.parse(answer) as object)).toBe(status !== 200);
      }
    }
    expect(await api.ask('/api/v1/events?metric=task.completed')).toHaveProperty('events.length', 1);
    expect(Object.prototype).not.toHaveProperty('x');
  }, 300_000);

  it('of strange shapes are refused', async () => {
    const api = await startApi();
    for (const query of [
      'metric=a&metric=b',
      'metric[]=a',
      'metric[$ne]=a',
      'metric=',
      'metric=%20',
      'metric=%ff',
      'metric=task.completed&limit=1000000000',
      'metric=task.completed&limit=0',
      'metric=task.completed&limit=-1',
      'metric=task.completed&limit=1.5',
      'metric=task.completed&limit=1&limit=2',
      `metric=task.completed&${'where=a%3D1&'.repeat(40)}`,
      'metric=task.completed&since=99999999999999999999',
      'metric=task.completed&since=2026-13-45',
      'metric=task.completed&since=now&until=yesterday',
      'metric=task.completed&__proto__[x]=1&limit=x',
      '__proto__=1',
      'constructor=1',
    ]) {
      const { status } = await api.get(`/api/v1/events?${query}`);
      expect([query.slice(0, 60), [400, 404].includes(status)]).toEqual([query.slice(0, 60), true]);
    }
  });
});

describe('bodies', () => {
  it('that are too large, packed, broken or of another shape are refused, and memory stays', async () => {
    const { port, write } = await startApi();
    const headers = { authorization: `Bearer ${write}`, 'content-type': 'application/json' };
    const before = process.memoryUsage().rss;
    const big = Buffer.alloc(MB, ' ');
    const bodies: readonly (readonly [string, Buffer | string | readonly Buffer[], number])[] = [
      ['too large', Buffer.alloc(70_000, ' '), 413],
      ['much too large', Buffer.alloc(32 * MB, ' '), 413],
      ['too large in chunks', Array.from({ length: 64 }, () => big), 413],
      ['empty', '', 400],
      ['no JSON', '{', 400],
      ['half a string', '"', 400],
      ['a number', '1', 400],
      ['null', 'null', 400],
      ['a list', '[]', 400],
      ['a string', '"SELECT 1"', 400],
      ['nothing in it', '{}', 400],
      ['deep', '['.repeat(30_000), 400],
      ['deep and closed', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 400],
      ['a strange key', '{"statement":"SELECT 1","more":1}', 400],
      ['a prototype', '{"statement":"SELECT 1","__proto__":{"isAdmin":true}}', 400],
      ['not text', '{"statement":{"$ne":1}}', 400],
      ['a list for text', '{"statement":["SELECT 1"]}', 400],
      ['too many rows', '{"statement":"SELECT 1","maxRows":1e9}', 400],
      ['negative rows', '{"statement":"SELECT 1","maxRows":-1}', 400],
      ['for ever', '{"statement":"SELECT 1","timeoutMillis":1e12}', 400],
      ['a huge number', '{"statement":"SELECT 1","timeoutMillis":1e400}', 400],
      ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
      ['a byte order mark', Buffer.from('\ufeff{}'), 400],
      ['UTF-16', Buffer.from('{"statement":"SELECT 1"}', 'utf16le'), 400],
      ['trailing text', '{"statement":"SELECT 1"} x', 400],
      ['two values', '{"statement":"SELECT 1"}{"statement":"SELECT 1"}', 400],
      ['comments', '{/* */"statement":"SELECT 1"}', 400],
      ['single quotes', "{'statement':'SELECT 1'}", 400],
    ];
    for (const [what, body, status] of bodies) {
      const answer = await send(port, '/api/v1/sql', headers, body).catch(() => ({
        status: 413,
        body: Buffer.alloc(0),
      }));
      expect([what, answer.status]).toEqual([what, status]);
    }
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'compress', 'gzip, gzip', 'identity, gzip', 'x']) {
      const packed = { ...headers, 'content-encoding': encoding };
      expect([encoding, (await send(port, '/api/v1/sql', packed, gzipSync(big))).status]).toEqual([encoding, 415]);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(160 * MB);
    expect((await send(port, '/api/v1/sql', headers, '{"statement":"SELECT 1"}')).status).toBe(200);
  });

  it('of SQL reach only what may be read', async () => {
    const api = await startApi();
    for (const statement of [
      'DELETE FROM task_completed',
      'DROP TABLE meta',
      'CREATE TABLE x(a)',
      "ATTACH '/tmp/amicus-x.db' AS x",
      "VACUUM INTO '/tmp/amicus-x.db'",
      'PRAGMA journal_mode=DELETE',
      'SELECT 1; DELETE FROM meta',
      "SELECT load_extension('/tmp/x')",
      'BEGIN IMMEDIATE',
      'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r',
    ]) {
      const { status } = await api.post('/api/v1/sql', { statement, timeoutMillis: 300 });
      expect([statement, status >= 400 && status < 500]).toEqual([statement, true]);
    }
  });
});
