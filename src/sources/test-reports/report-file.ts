import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { readTestReport } from './index.ts';
import type { TestTotals } from './test-totals.ts';

/** A report of 200,000 tests has some 40 MB. More than this is not read. */
export const MAX_REPORT_BYTES = 64 * 1024 * 1024;

export type ReportFile =
  | { readonly kind: 'read'; readonly totals: TestTotals; readonly writtenMicros: number; readonly identity: string }
  | { readonly kind: 'missing' | 'too_large' | 'no_report' };

/** Reads a file of any known kind of report. The same file read twice has the same identity; one written anew has not. */
export function readReportFile(path: string): ReportFile {
  let file: number | undefined;
  try {
    // O_NONBLOCK: a pipe of that name must not stop us.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file, { bigint: true });
    const { size, mtimeNs } = stats;
    if (!stats.isFile()) return { kind: 'no_report' };
    if (size > BigInt(MAX_REPORT_BYTES)) return { kind: 'too_large' };
    const bytes = Buffer.alloc(Number(size));
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got) {
      got = readSync(file, bytes, length, bytes.length - length, null);
    }
    const totals = readTestReport(bytes.toString('utf8', 0, length));
    if (totals === undefined) return { kind: 'no_report' };
    const identity = JSON.stringify(['tests', hash('sha256', bytes).slice(0, 32), String(mtimeNs)]);
    return { kind: 'read', totals, writtenMicros: Number(mtimeNs / 1_000n), identity };
  } catch {
    return { kind: 'missing' };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
