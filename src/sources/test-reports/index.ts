import { jestJson } from './jest-json.ts';
import { junitXml } from './junit-xml.ts';
import { pytestJson } from './pytest-json.ts';
import { tap } from './tap.ts';
import type { ReportFormat, TestTotals } from './test-totals.ts';

/** Every kind of report. A new one is a file beside this one and a name here. */
const REPORT_FORMATS: readonly ReportFormat[] = [junitXml, jestJson, pytestJson, tap];

/** The totals of a report, whatever kind it is; nothing where it is none or is cut off. */
export function readTestReport(text: string): TestTotals | undefined {
  for (const format of REPORT_FORMATS) {
    const totals = format.read(text);
    if (totals !== undefined) return totals;
  }
  return undefined;
}
