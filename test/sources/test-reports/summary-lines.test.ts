import { describe, expect, it } from 'vitest';

import { SummaryLines } from '../../../src/sources/test-reports/summary-lines.ts';

const OUTPUTS = [
  [
    'node:test',
    '✔ a (1ms)\nℹ tests 5\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 123.5\n',
    { total: 5, passed: 3, failed: 2, durationSeconds: 0.1235 },
  ],
  [
    'Vitest',
    ' \u001b[2m Test Files \u001b[22m 1 failed (1)\n\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[31m1 failed\u001b[39m\u001b[22m | 4 passed | 1 skipped (6)\n   Duration  1.20s\n',
    { total: 6, passed: 4, failed: 1 },
  ],
  [
    'Jest',
    'Test Suites: 1 failed, 1 total\nTests:       1 failed, 2 skipped, 5 passed, 8 total\nTime:        1.2 s\n',
    { total: 8, passed: 5, failed: 1 },
  ],
  [
    'pytest',
    '==== 1 failed, 4 passed, 1 skipped, 2 errors, 3 warnings in 0.12s ====\n',
    { total: 8, passed: 4, failed: 3, durationSeconds: 0.12 },
  ],
  ['pytest -q', '....\n4 passed in 61.02s (0:01:01)\n', { total: 4, passed: 4, failed: 0, durationSeconds: 61.02 }],
  [
    'cargo test, two programs',
    'test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.25s\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.50s\n',
    { total: 8, passed: 6, failed: 1, durationSeconds: 0.75 },
  ],
  [
    'go test -v, broken off',
    '=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n=== RUN   TestB/sub\n    --- FAIL: TestB/sub (0.00s)\n--- FAIL: TestB (0.00s)\n=== RUN   TestC\npanic: x\nFAIL\tpkg\t0.1s\n',
    { total: 4, passed: 1, failed: 3 },
  ],
  ['TAP', 'TAP version 13\r\nok 1\r\nnot ok 2\r\n1..2\r\n', { total: 2, passed: 1, failed: 1 }],
] as const;

describe('closing lines', () => {
  it.each(OUTPUTS)('of %s are found, in pieces of any size', (_, text, totals) => {
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 7, bytes.length]) {
      const lines = new SummaryLines();
      for (let at = 0; at < bytes.length; at += size) lines.push(bytes.subarray(at, at + size));
      expect(lines.end()).toEqual(totals);
    }
  });

  it('of go test without -v, of silence and of noise tell nothing', () => {
    for (const text of ['ok  \tpkg\t0.1s\n', '', 'Tests pass\n', 'error: 3 passed in 0.1s and more\n']) {
      const lines = new SummaryLines();
      lines.push(new TextEncoder().encode(text));
      expect(lines.end()).toBeUndefined();
    }
  });

  it('are found behind a line of 50 MB, which is not kept', () => {
    const lines = new SummaryLines();
    const piece = new TextEncoder().encode('=1 '.repeat(350_000));
    for (let n = 0; n < 50; n++) lines.push(piece);
    lines.push(new TextEncoder().encode('\n3 passed in 1.00s\n'));
    expect(lines.end()).toEqual({ total: 3, passed: 3, failed: 0, durationSeconds: 1 });
  });
});
