import { describe, expect, it } from 'vitest';
import { sqlTimes } from '../../src/query/sql-times.ts';

const NOW = 1_800_000_000.5;
const ALL = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** From when to when a statement needs rows; nothing where that is not known. */
function span(statement: string, parameters: Parameters<typeof sqlTimes>[1] = []): unknown {
  const times = sqlTimes(statement, parameters, NOW);
  return times && [times.from, times.before];
}

const where = (condition: string, parameters: Parameters<typeof sqlTimes>[1] = []): unknown =>
  span(`SELECT count(*) FROM state_read WHERE ${condition}`, parameters);

describe('the times that a statement needs', () => {
  it.each([
    ['timestamp >= 100', 99, ALL[1]],
    ['timestamp > 100 AND timestamp < 200', 99, 201],
    ['100 <= timestamp AND 200 >= timestamp', 99, 201],
    ['timestamp BETWEEN 100 AND 200', 99, 201],
    ['node_id = 1 AND (timestamp > 100 AND (timestamp <= 200))', 99, 201],
    ['((timestamp) > 100)', ALL[0], ALL[1]],
    ['x BETWEEN 1 AND 2 AND timestamp BETWEEN 100 AND 200 AND y BETWEEN 3 AND 4', 99, 201],
    ['timestamp = 100', 99, 101],
    ['timestamp == 100.5', 99.5, 101.5],
    ['"timestamp" > 1e2 and [timestamp] < 0xC8', 99, 201],
    ['state_read.timestamp > 1_00', 99, ALL[1]],
    ['timestamp > 100 + 2 * 50 - 7', 192, ALL[1]],
    ['timestamp > -100', -101, ALL[1]],
    ['timestamp > 100 -- AND timestamp > 300', 99, ALL[1]],
    ['timestamp > 100 /* OR 1', 99, ALL[1]],
    ["at >= '2026-11-25'", Date.UTC(2026, 10, 25) / 1e3, ALL[1]],
    ["at < '2026-11-25T10:00'", ALL[0], Date.UTC(2026, 10, 26) / 1e3],
    ["at BETWEEN '2026-11-24' AND '2026-11-25T10'", Date.UTC(2026, 10, 24) / 1e3, Date.UTC(2026, 10, 26) / 1e3],
    ["timestamp >= unixepoch('now') - 3600", NOW - 3_601, ALL[1]],
    ["timestamp >= unixepoch('now', '-1 day', '+2 hours')", NOW - 86_400 + 7_200 - 1, ALL[1]],
    ["timestamp >= unixepoch('now', 'start of day')", Math.floor(NOW / 86_400) * 86_400 - 1, ALL[1]],
    ["timestamp > strftime('%s', 'now') - 60", NOW - 61, ALL[1]],
    ['timestamp >= unixepoch() - 5', NOW - 6, ALL[1]],
  ])('are read from %s', (condition, from, before) => {
    expect(where(condition)).toEqual([from, before]);
  });

  it.each([
    'timestamp > 100 OR node_id = 1',
    'node_id = 1 AND (timestamp > 100 OR x)',
    'NOT timestamp > 100',
    'NOT (timestamp > 100)',
    'timestamp NOT BETWEEN 100 AND 200',
    'timestamp <> 100',
    'timestamp > 100 = 0',
    'timestamp > 100 IS NOT TRUE',
    '1 = timestamp > 100',
    'x BETWEEN 1 AND timestamp > 100',
    'CASE WHEN x AND timestamp > 100 THEN 1 ELSE 2 END',
    'timestamp > duration_ms',
    'timestamp > duration_ms AND duration_ms > 100',
    'timestamp > 100 || 0',
    "timestamp > '100'",
    'timestamp > 100 / 3',
    'timestamp > 100 * -1',
    'timestamp > random()',
    "timestamp > strftime('%s', 'now')",
    "timestamp > unixepoch('now', 'localtime')",
    "timestamp > unixepoch('now', '+1 month')",
    "timestamp > 100 - unixepoch('now')",
    "timestamp > 2 * unixepoch('now')",
    "timestamp < unixepoch('now')",
    "timestamp > unixepoch('2026-01-01')",
    'timestamp > NULL',
    '0 + timestamp > 100',
    '-timestamp > 100',
    'round(timestamp) > 100',
    'other.timestamp > 100',
    "at > '2026'",
    "at > '2026-02-30'",
    'at > 100',
    'x = 3',
    '1',
  ])('are all of them for %s', (condition) => {
    expect(where(condition)).toEqual(ALL);
  });

  it.each([
    'SELECT * FROM a, b WHERE timestamp > 100',
    'SELECT * FROM a JOIN b WHERE timestamp > 100',
    'SELECT * FROM a LEFT JOIN b ON 1 WHERE timestamp > 100',
    'SELECT * FROM a AS x NATURAL JOIN b WHERE timestamp > 100',
    'SELECT * FROM a NATURAL JOIN b WHERE timestamp > 100',
    'SELECT * FROM main.a WHERE timestamp > 100',
    'SELECT * FROM (a) WHERE timestamp > 100',
    'SELECT * FROM json_each(1) WHERE timestamp > 100',
    'SELECT * FROM a WHERE timestamp > 100 UNION ALL SELECT * FROM a',
    'SELECT * FROM a WHERE timestamp > 100 UNION VALUES (1)',
    'SELECT * FROM a WHERE timestamp > 100 AND x IN (SELECT x FROM a)',
    'SELECT * FROM a WHERE timestamp > 100 AND x IN a',
    'SELECT (SELECT count(*) FROM a) FROM a WHERE timestamp > 100',
    'WITH a AS (VALUES (1)) SELECT * FROM a WHERE timestamp > 100',
    'VALUES (1)',
    'SELECT 1 WHERE timestamp > 100',
    'SELECT * FROM a WHERE timestamp > 100; SELECT 2',
    'SELECT * FROM a WHERE timestamp > 100 AND (1',
    'SELECT * FROM a WHERE end > 1 AND timestamp > 100',
    "SELECT * FROM a WHERE x = x'00' AND timestamp > 100",
    "SELECT * FROM a WHERE x = 'AND timestamp > 100",
    'SELECT * FROM a WHERE x = 12ab AND timestamp > 100',
    'SELECT a IS DISTINCT FROM b FROM a WHERE timestamp > 100',
  ])('are not known for %s', (statement) => {
    expect(span(statement)).toBeUndefined();
  });

  it('are read from one view by any name, whatever else is asked of it', () => {
    for (const statement of [
      'select node_id, count(*) from Events e where E.timestamp>100 group by 1 having count(*) > 2 order by 2 limit 3;',
      'SELECT sum(x) OVER (ORDER BY timestamp) FROM "events" AS "e" WHERE timestamp > 100 WINDOW w AS (ORDER BY x)',
      "SELECT 'from', \"where\" FROM [events] WHERE x IN (1, 2) AND x LIKE '%;%' AND timestamp > 100 ORDER BY timestamp < 50",
    ]) {
      expect(sqlTimes(statement, [], NOW)).toMatchObject({ view: 'events', from: 99, before: ALL[1] });
    }
  });

  it('are read from parameters, where these are certain', () => {
    expect(where('x = ? AND timestamp > ? AND timestamp < ?', ['a', 100, 200])).toEqual([99, 201]);
    expect(where('timestamp > :since AND timestamp < @until', { since: 100, '@until': 200 })).toEqual([99, 201]);
    expect(where('timestamp > ? - 50', [100])).toEqual([49, ALL[1]]);
    expect(where('at > ?', ['2026-11-25'])).toEqual([Date.UTC(2026, 10, 25) / 1e3, ALL[1]]);
    for (const [condition, parameters] of [
      ['timestamp > ?', ['100']],
      ['timestamp > ?', [null]],
      ['timestamp > ?', []],
      ['timestamp > ?2 AND x = ?', [100, 200]],
      ['timestamp > :since', { since: 100, ':since': 200 }],
      ['timestamp > :since', [100]],
    ] as const) {
      expect(where(condition, parameters)).toEqual(ALL);
    }
  });
});

describe('the first rows in order of time', () => {
  const first = (statement: string) => sqlTimes(statement, [5], NOW)?.first;

  it.each([
    ['SELECT * FROM a ORDER BY timestamp DESC LIMIT 20', 20, true],
    ['SELECT x, timestamp FROM a WHERE x = 1 ORDER BY timestamp LIMIT 1', 1, false],
    ['SELECT timestamp AS t FROM a AS b ORDER BY b.timestamp ASC, x DESC LIMIT ?', 5, false],
    ["SELECT json_extract(data, '$.x') FROM events WHERE metric IN ('a') ORDER BY timestamp DESC LIMIT 3", 3, true],
  ])('are asked for by %s', (statement, rows, newestFirst) => {
    expect(first(statement)).toEqual({ rows, newestFirst });
  });

  it.each([
    'SELECT * FROM a ORDER BY timestamp',
    'SELECT * FROM a ORDER BY timestamp LIMIT 1001',
    'SELECT * FROM a ORDER BY timestamp LIMIT -1',
    'SELECT * FROM a ORDER BY timestamp LIMIT 0',
    'SELECT * FROM a ORDER BY timestamp LIMIT 2.5',
    'SELECT * FROM a ORDER BY timestamp LIMIT 2 + 1',
    'SELECT * FROM a ORDER BY timestamp LIMIT 2, 1',
    'SELECT * FROM a ORDER BY timestamp LIMIT 2 OFFSET 1',
    'SELECT * FROM a ORDER BY x, timestamp LIMIT 2',
    'SELECT * FROM a ORDER BY -timestamp LIMIT 2',
    'SELECT * FROM a ORDER BY timestamp + 1 LIMIT 2',
    'SELECT * FROM a ORDER BY timestamp COLLATE nocase LIMIT 2',
    'SELECT * FROM a ORDER BY other.timestamp LIMIT 2',
    'SELECT * FROM a LIMIT 2',
    'SELECT DISTINCT x FROM a ORDER BY timestamp LIMIT 2',
    'SELECT x FROM a GROUP BY x ORDER BY timestamp LIMIT 2',
    'SELECT count(*) FROM a ORDER BY timestamp LIMIT 2',
    'SELECT max(x) FROM a ORDER BY timestamp LIMIT 2',
    'SELECT x FROM a ORDER BY timestamp, count(*) LIMIT 2',
    'SELECT row_number() OVER w FROM a WINDOW w AS (ORDER BY x) ORDER BY timestamp LIMIT 2',
    'SELECT "count"(*) FROM a ORDER BY timestamp LIMIT 2',
    'SELECT x AS timestamp FROM a ORDER BY timestamp LIMIT 2',
    'SELECT x timestamp FROM a ORDER BY timestamp LIMIT 2',
    'SELECT 1, x + 1 "timestamp" FROM a ORDER BY timestamp LIMIT 2',
    "SELECT x AS 'timestamp' FROM a ORDER BY timestamp LIMIT 2",
  ])('are not what is asked for by %s', (statement) => {
    expect(first(statement)).toBeUndefined();
  });
});
