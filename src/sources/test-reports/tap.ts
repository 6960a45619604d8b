import { plausible, type ReportFormat, type SummaryReader, type TestTotals } from './test-totals.ts';

/**
 * TAP 13 and 14, by its outermost points; subtests are part of the point that closes them. A point that the plan
 * announces and that never came has failed, as TAP says; without a plan the output is cut off and tells nothing.
 */
export class TapReader implements SummaryReader {
  #points = 0;
  #passed = 0;
  #failed = 0;
  #planned: number | undefined;
  #isYaml = false;

  line(text: string): void {
    if (/^ {2}---\s*$/.test(text)) this.#isYaml = true;
    else if (/^ {2}\.\.\.\s*$/.test(text)) this.#isYaml = false;
    else if (!this.#isYaml) this.#top(text);
  }

  totals(): TestTotals | undefined {
    if (this.#planned === undefined || this.#points > this.#planned) return undefined;
    const missing = this.#planned - this.#points;
    return plausible({ total: this.#planned, passed: this.#passed, failed: this.#failed + missing });
  }

  #top(text: string): void {
    const plan = /^1\.\.(\d{1,9})(\s|$)/.exec(text);
    if (plan !== null) this.#planned = Number(plan[1]);
    const point = /^(not )?ok(?=\s|$)/.exec(text);
    if (point === null) return;
    this.#points += 1;
    const directive = /(?<!\\)#\s*(skip|todo)/i.exec(text)?.[1]?.toLowerCase();
    if (directive === 'skip') return;
    if (point[1] === undefined) this.#passed += 1;
    else if (directive === undefined) this.#failed += 1;
  }
}

/** A file of TAP. */
export const tap: ReportFormat = {
  name: 'tap',
  read(text) {
    if (!/^\uFEFF?(TAP version \d+|1\.\.\d+|(not )?ok\b)/.test(text)) return undefined;
    const reader = new TapReader();
    for (const line of text.split('\n')) reader.line(line.replace(/\r$/, ''));
    return reader.totals();
  },
};
