import { amount, asObject, jsonObject } from './json-object.ts';
import { plausible, type ReportFormat } from './test-totals.ts';

/** The report of pytest-json-report. Expected failures are neither passed nor failed. */
export const pytestJson: ReportFormat = {
  name: 'pytest-json',
  read(text) {
    const report = jsonObject(text);
    const summary = asObject(report?.['summary']);
    const total = amount(summary?.['total']);
    if (report === undefined || summary === undefined || total === undefined) return undefined;
    const of = (word: string): number => amount(summary[word]) ?? 0;
    return plausible({
      total,
      passed: of('passed') + of('xpassed'),
      failed: of('failed') + of('error'),
      durationSeconds: amount(report['duration']),
    });
  },
};
