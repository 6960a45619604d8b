import { amount, asObject, jsonObject } from './json-object.ts';
import { plausible, type ReportFormat } from './test-totals.ts';

/** The JSON report of Jest, which Vitest writes as well. A run lasts until its last file ends. */
export const jestJson: ReportFormat = {
  name: 'jest-json',
  read(text) {
    const report = jsonObject(text);
    const total = amount(report?.['numTotalTests']);
    const passed = amount(report?.['numPassedTests']);
    const failed = amount(report?.['numFailedTests']);
    if (report === undefined || total === undefined || passed === undefined || failed === undefined) return undefined;
    const start = amount(report['startTime']);
    const files: unknown = report['testResults'];
    let end = 0;
    for (const file of Array.isArray(files) ? files : []) end = Math.max(end, amount(asObject(file)?.['endTime']) ?? 0);
    const durationSeconds = start === undefined || end < start ? undefined : (end - start) / 1_000;
    return plausible({ total, passed, failed, durationSeconds });
  },
};
