import { type SaxesAttributeNS, type SaxesAttributePlain, SaxesParser } from 'saxes';

import { plausible, type ReportFormat, type TestTotals } from './test-totals.ts';

type Attributes = Readonly<Record<string, string | SaxesAttributeNS | SaxesAttributePlain>>;

/** Deeper than any report; a runner nests suites by folder. */
const MAX_DEPTH = 256;
const ROOTS = new Set(['testsuites', 'testsuite']);

/**
 * JUnit XML. Cases are counted one by one, because writers disagree on what the figures of a suite include; only a
 * report without cases is believed its figures. Entities that a document declares are refused, not expanded.
 */
export const junitXml: ReportFormat = {
  name: 'junit-xml',
  read(text) {
    if (!/^\uFEFF?\s*</.test(text)) return undefined;
    try {
      return readDocument(text);
    } catch {
      return undefined;
    }
  },
};

function readDocument(text: string): TestTotals | undefined {
  const count = new CaseCount();
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => count.open(name, attributes));
  parser.on('closetag', ({ name }) => count.close(name));
  parser.write(text).close();
  return count.totals();
}

class CaseCount {
  #depth = 0;
  #cases = 0;
  #failed = 0;
  #skipped = 0;
  #casesSeconds = 0;
  /** Where the case that is open began: what lies right below it says how it ended. */
  #caseDepth = 0;
  #end: 'passed' | 'failed' | 'skipped' = 'passed';
  #suiteDepth = Infinity;
  #suites: Record<'tests' | 'failed' | 'skipped', number> = { tests: 0, failed: 0, skipped: 0 };
  #suitesSeconds: number | undefined;
  #rootSeconds: number | undefined;

  open(name: string, attributes: Attributes): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH || (this.#depth === 1 && !ROOTS.has(name))) throw new Error('no report');
    if (this.#depth === 1) this.#rootSeconds = seconds(attributes);
    if (name === 'testcase') {
      this.#cases += 1;
      this.#caseDepth = this.#depth;
      this.#end = 'passed';
      this.#casesSeconds += seconds(attributes) ?? 0;
    } else if (this.#caseDepth > 0 && this.#depth === this.#caseDepth + 1) {
      if (name === 'failure' || name === 'error') this.#end = 'failed';
      else if (name === 'skipped' && this.#end === 'passed') this.#end = 'skipped';
    } else if (name === 'testsuite' && this.#depth <= this.#suiteDepth) {
      this.#suiteDepth = this.#depth;
      this.#addSuite(attributes);
    }
  }

  close(name: string): void {
    if (name === 'testcase' && this.#depth === this.#caseDepth) {
      this.#caseDepth = 0;
      if (this.#end === 'failed') this.#failed += 1;
      if (this.#end === 'skipped') this.#skipped += 1;
    }
    this.#depth -= 1;
  }

  totals(): TestTotals | undefined {
    const durationSeconds =
      this.#rootSeconds ?? this.#suitesSeconds ?? (this.#cases > 0 ? this.#casesSeconds : undefined);
    const isCounted = this.#cases > 0;
    const total = isCounted ? this.#cases : this.#suites.tests;
    const failed = isCounted ? this.#failed : this.#suites.failed;
    const skipped = isCounted ? this.#skipped : this.#suites.skipped;
    return plausible({ total, failed, passed: total - failed - skipped, durationSeconds });
  }

  /** Suites side by side at the outermost level; those within them are in their figures. */
  #addSuite(attributes: Attributes): void {
    this.#suites.tests += whole(attributes, 'tests');
    this.#suites.failed += whole(attributes, 'failures') + whole(attributes, 'errors');
    this.#suites.skipped += whole(attributes, 'skipped');
    const own = seconds(attributes);
    if (own !== undefined) this.#suitesSeconds = (this.#suitesSeconds ?? 0) + own;
  }
}

function whole(attributes: Attributes, name: string): number {
  const value = attributes[name];
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

/** Some writers separate thousands: `1,234.5`. */
function seconds(attributes: Attributes): number | undefined {
  const value = attributes['time'];
  if (typeof value !== 'string' || !/^[\d,]{1,15}(\.\d+)?(e-?\d+)?$/i.test(value)) return undefined;
  return Number(value.replaceAll(',', ''));
}
