import type { TestTotals } from '../../src/sources/test-reports/test-totals.ts';

type Sample = { readonly name: string; readonly text: string; readonly totals: TestTotals };

/** One report of each kind, as its writer makes it, with its totals counted by hand. */
export const REPORT_SAMPLES: readonly Sample[] = [
  {
    name: 'JUnit XML of pytest',
    text: `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5" time="0.052" timestamp="2026-11-25T00:00:00+00:00" hostname="h"><testcase classname="t" name="test_a" time="0.001" /><testcase classname="t" name="test_b &lt;x&gt;" time="0.001"><failure message="assert 1 == 2">E assert</failure></testcase><testcase classname="t" name="c" time="0"><skipped type="pytest.skip" message="no" /></testcase><testcase classname="t" name="d" time="0"><error message="broken">x</error><system-out><![CDATA[<failure/>]]></system-out></testcase><testcase classname="t" name="e" time="0.2" /></testsuite></testsuites>\n`,
    totals: { total: 5, passed: 2, failed: 2, durationSeconds: 0.052 },
  },
  {
    name: 'JUnit XML of nested suites',
    text: `<testsuites time="1.5"><testsuite name="a"><testcase name="1"/><testsuite name="b"><testcase name="2"><failure/><error/></testcase></testsuite></testsuite><testcase name="3"><skipped/></testcase></testsuites>`,
    totals: { total: 3, passed: 1, failed: 1, durationSeconds: 1.5 },
  },
  {
    name: 'JUnit XML with figures only',
    text: `<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2" time="1,001.5"><testsuite tests="7"/></testsuite></testsuites>`,
    totals: { total: 7, passed: 3, failed: 2, durationSeconds: 1001.5 },
  },
  {
    name: 'JSON of Vitest',
    text: JSON.stringify({
      numTotalTests: 6,
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 1,
      numTodoTests: 1,
      startTime: 1_795_564_800_000,
      success: false,
      testResults: [{ startTime: 1, endTime: 1_795_564_801_250.5, assertionResults: [] }, { endTime: 5 }],
    }),
    totals: { total: 6, passed: 3, failed: 1, durationSeconds: 1.2505 },
  },
  {
    name: 'JSON of pytest-json-report',
    text: JSON.stringify({
      created: 1_795_564_800.5,
      duration: 0.125,
      exitcode: 1,
      summary: { passed: 2, failed: 1, error: 1, xfailed: 1, xpassed: 1, skipped: 1, total: 7, collected: 7 },
      tests: [],
    }),
    totals: { total: 7, passed: 3, failed: 2, durationSeconds: 0.125 },
  },
  {
    name: 'TAP 13',
    text: 'TAP version 13\nok 1 - a\nnot ok 2 - b\n  ---\n  message: "x"\n  ok 9\n  ...\nok 3 # SKIP no\nnot ok 4 # TODO later\nok 5 - x \\# skip\n1..5\n',
    totals: { total: 5, passed: 2, failed: 1 },
  },
  {
    name: 'TAP 14 with subtests, cut short of its plan',
    text: 'TAP version 14\n1..3\n# Subtest: a\n    ok 1 - x\n    not ok 2 - y\n    1..2\nnot ok 1 - a\nok 2 - b\n',
    totals: { total: 3, passed: 1, failed: 2 },
  },
];
