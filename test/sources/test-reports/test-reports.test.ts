import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readTestReport } from '../../../src/sources/test-reports/index.ts';
import { MAX_REPORT_BYTES, readReportFile } from '../../../src/sources/test-reports/report-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { REPORT_SAMPLES } from '../../support/test-report-samples.ts';

describe('reports of tests', () => {
  it.each(REPORT_SAMPLES.map((sample) => [sample.name, sample] as const))('reads %s', (_, { text, totals }) => {
    expect(readTestReport(text)).toEqual(totals);
    expect(readTestReport(`\uFEFF${text}`)).toEqual(totals);
    expect(readTestReport(text.replaceAll('\n', '\r\n'))).toEqual(totals);
  });

  it.each(REPORT_SAMPLES.map((sample) => [sample.name, sample] as const))(
    'takes nothing that cannot be from any prefix of %s',
    (_, { text }) => {
      for (let end = 0; end < text.trimEnd().length; end++) {
        const totals = readTestReport(text.slice(0, end));
        if (totals === undefined) continue;
        // Only TAP can be cut without anybody seeing it.
        expect(text).toMatch(/^TAP/);
        expect(totals.passed + totals.failed).toBeLessThanOrEqual(totals.total);
      }
    },
  );

  it('expands no entities', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">${levels}]><testsuites><testcase name="&l9;"/></testsuites>`;
    const file = `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><testsuites><testcase name="a">&f;</testcase></testsuites>`;
    expect(readTestReport(bomb)).toBeUndefined();
    expect(readTestReport(file)).toBeUndefined();
  });

  it('survives what is no report', () => {
    const deep = `<testsuites>${'<testsuite>'.repeat(100_000)}`;
    for (const text of ['', '{}', '[]', '<html></html>', '<testsuites>', deep, '['.repeat(1e6), '{"a":'.repeat(1e5)]) {
      expect(readTestReport(text)).toBeUndefined();
    }
    expect(readTestReport('{"numTotalTests":1,"numPassedTests":2,"numFailedTests":0}')).toBeUndefined();
    expect(readTestReport('{"numTotalTests":1.5,"numPassedTests":1,"numFailedTests":0}')).toBeUndefined();
    expect(readTestReport('{"summary":{"total":-1}}')).toBeUndefined();
  });

  it('reads no file that is too large, is none, or is not there', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'report.xml');
    writeFileSync(path, '<testsuites>');
    truncateSync(path, 100 * 1024 * 1024);
    const before = process.memoryUsage().rss;
    expect(readReportFile(path)).toEqual({ kind: 'too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_REPORT_BYTES / 4);
    expect(readReportFile(folder)).toEqual({ kind: 'no_report' });
    expect(readReportFile(join(folder, 'none'))).toEqual({ kind: 'missing' });
  });
});
