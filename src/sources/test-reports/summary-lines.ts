import { TapReader } from './tap.ts';
import { addTotals, plausible, type SummaryReader, type TestTotals } from './test-totals.ts';

/** Adds up what the closing lines of a runner say; a runner that is started several times says them several times. */
abstract class ClosingLines implements SummaryReader {
  #sum: TestTotals | undefined;

  abstract line(text: string): void;

  totals(): TestTotals | undefined {
    return this.#sum;
  }

  protected add(totals: TestTotals): void {
    const found = plausible(totals);
    if (found !== undefined) this.#sum = addTotals(this.#sum, found);
  }
}

/** `ℹ pass 4` of node:test; `# pass 4` in its TAP. The last line of a summary is the duration. */
class NodeTestLines extends ClosingLines {
  #counts: Record<string, number> = {};

  line(text: string): void {
    const [, word = '', figure] = /^[ℹ#] (tests|pass|fail|cancelled|duration_ms) (\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (figure === undefined) return;
    this.#counts[word] = Number(figure);
    if (word !== 'duration_ms') return;
    const { tests, pass, fail = 0, cancelled = 0, duration_ms: millis = 0 } = this.#counts;
    this.#counts = {};
    if (tests === undefined || pass === undefined) return;
    this.add({ total: tests, passed: pass, failed: fail + cancelled, durationSeconds: millis / 1_000 });
  }
}

const numberBefore = (text: string, word: string): number =>
  Number(new RegExp(`(\\d+) ${word}\\b`).exec(text)?.[1] ?? 0);

/** `Tests  1 failed | 4 passed (5)` of Vitest. */
class VitestLines extends ClosingLines {
  line(text: string): void {
    const [, parts = '', total] = /^ {0,12}Tests {1,4}((?:\d+ [a-z ]+?(?: \| )?)+) \((\d+)\)$/.exec(text) ?? [];
    if (total === undefined) return;
    this.add({ total: Number(total), passed: numberBefore(parts, 'passed'), failed: numberBefore(parts, 'failed') });
  }
}

/** `Tests:       1 failed, 4 passed, 5 total` of Jest. */
class JestLines extends ClosingLines {
  line(text: string): void {
    const [, parts = '', total] = /^Tests: {1,12}((?:\d+ [a-z]+, )*)(\d+) total$/.exec(text) ?? [];
    if (total === undefined) return;
    this.add({ total: Number(total), passed: numberBefore(parts, 'passed'), failed: numberBefore(parts, 'failed') });
  }
}

/** `=== 1 failed, 4 passed in 0.12s ===` of pytest, with or without the frame. */
class PytestLines extends ClosingLines {
  line(text: string): void {
    const form = /^=* ?((?:\d+ [a-z]+(?:, )?)+) in (\d+(?:\.\d+)?)s(?: \([\d:]+\))?(?: =+)?$/;
    const [, parts = '', seconds] = form.exec(text) ?? [];
    if (seconds === undefined) return;
    const of = (word: string): number => numberBefore(parts, word);
    const passed = of('passed') + of('xpassed');
    const failed = of('failed') + of('errors?');
    const total = passed + failed + of('skipped') + of('xfailed');
    if (total > 0) this.add({ total, passed, failed, durationSeconds: Number(seconds) });
  }
}

/** `test result: ok. 5 passed; 0 failed; 1 ignored; …` of cargo test, once for each test program. */
class CargoLines extends ClosingLines {
  line(text: string): void {
    const form = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;.*?(?:finished in (\d+(?:\.\d+)?)s)?$/;
    const [, passed, failed, ignored, seconds] = form.exec(text) ?? [];
    if (passed === undefined || failed === undefined || ignored === undefined) return;
    const durationSeconds = seconds === undefined ? undefined : Number(seconds);
    const total = Number(passed) + Number(failed) + Number(ignored);
    this.add({ total, passed: Number(passed), failed: Number(failed), durationSeconds });
  }
}

/** `--- PASS: TestX (0.00s)` of `go test -v`, subtests included. Without -v Go tells only of packages, so nothing. */
class GoLines implements SummaryReader {
  #run = 0;
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  line(text: string): void {
    if (text.startsWith('=== RUN ')) this.#run += 1;
    const end = /^ *--- (PASS|FAIL|SKIP): \S+ \(\d/.exec(text)?.[1];
    if (end === 'PASS') this.#passed += 1;
    if (end === 'FAIL') this.#failed += 1;
    if (end === 'SKIP') this.#skipped += 1;
  }

  /** A test that began and never ended took the program down with it. */
  totals(): TestTotals | undefined {
    if (this.#run === 0) return undefined;
    const broken = this.#run - this.#passed - this.#failed - this.#skipped;
    return plausible({ total: this.#run, passed: this.#passed, failed: this.#failed + broken });
  }
}

const MAX_LINE = 4_096;
// oxlint-disable-next-line no-control-regex -- colours are control characters
const COLOURS = /\u001b\[[\d;]*m/g;

/** Overhears the output of a command and finds what the runners in it say at their end. Keeps one line at a time. */
export class SummaryLines {
  readonly #runners = [NodeTestLines, VitestLines, JestLines, PytestLines, CargoLines, GoLines].map((Of) => new Of());
  readonly #tap = new TapReader();
  readonly #decoder = new TextDecoder();
  #rest = '';
  /** Within a line that is too long to be a summary. */
  #isSkipping = false;

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** What all runners told; TAP only where no runner of its own form told anything. */
  end(): TestTotals | undefined {
    this.#take(`${this.#decoder.decode()}\n`);
    let sum: TestTotals | undefined;
    for (const runner of this.#runners) {
      const totals = runner.totals();
      if (totals !== undefined) sum = addTotals(sum, totals);
    }
    return sum ?? this.#tap.totals();
  }

  #take(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const piece = text.slice(start, end);
      if (!this.#isSkipping && this.#rest.length + piece.length <= MAX_LINE) this.#line(this.#rest + piece);
      this.#rest = '';
      this.#isSkipping = false;
      start = end + 1;
    }
    const rest = text.length - start;
    if (this.#isSkipping || this.#rest.length + rest > MAX_LINE) {
      this.#isSkipping = true;
      this.#rest = '';
    } else this.#rest += text.slice(start);
  }

  #line(raw: string): void {
    const text = raw.replace(COLOURS, '').replace(/\s+$/, '');
    if (text === '') return;
    for (const runner of this.#runners) runner.line(text);
    this.#tap.line(text);
  }
}
