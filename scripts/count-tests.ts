import { readFileSync } from 'node:fs';

/** Prints the totals of a test run as one line, `N passed, N failed`, from the JSON report named as argument. */
type Report = { readonly numPassedTests: number; readonly numFailedTests: number; readonly numPendingTests: number };

const path = process.argv[2] ?? '';
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(path, 'utf8')) as Report;
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped}`);
