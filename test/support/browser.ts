import chromium from '@sparticuz/chromium';
import playwright, { type Browser } from 'playwright-core';

/** Nothing of what browsers do by themselves: no updates, no reports, no requests to anybody. */
const QUIET_FLAGS = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/**
 * A real Chromium that comes through npm (Linux, x64); elsewhere the Chrome of the machine.
 *
 * @returns Why there is none, where there is none: tests then say so and are skipped.
 */
export async function openBrowser(): Promise<Browser | string> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    const args = [...chromium.args, ...QUIET_FLAGS];
    return playwright.chromium.launch({ executablePath: await chromium.executablePath(), args });
  }
  try {
    return await playwright.chromium.launch({ channel: 'chrome', args: QUIET_FLAGS });
  } catch {
    return `There is no browser for ${process.platform} on ${process.arch}: install Chrome to run these tests.`;
  }
}
