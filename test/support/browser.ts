import chromium from '@sparticuz/chromium';
import playwright, { type Browser } from 'playwright-core';

import { PATIENCE_MILLIS } from './eventually.ts';

/**
 * Nothing of what browsers do by themselves: no updates, no reports, no requests to anybody. The package's own flags are
 * for functions in a cloud: they put all into one process and switch off the web's security, which we test.
 */
const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--no-first-run',
  // Tests run as root on many machines, where the sandbox cannot.
  '--no-sandbox',
];

const START = { args: FLAGS, timeout: PATIENCE_MILLIS };

/**
 * A real Chromium that comes through npm (Linux, x64); elsewhere the Chrome of the machine.
 *
 * @returns Why there is none, where there is none: tests then say so and are skipped.
 */
export async function openBrowser(): Promise<Browser | string> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    return playwright.chromium.launch({ ...START, executablePath: await chromium.executablePath() });
  }
  try {
    return await playwright.chromium.launch({ ...START, channel: 'chrome' });
  } catch {
    return `There is no browser for ${process.platform} on ${process.arch}: install Chrome to run these tests.`;
  }
}
