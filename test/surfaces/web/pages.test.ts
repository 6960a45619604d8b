import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';

import { openDashboard } from '../../support/dashboard.ts';
import { dashboardPages } from '../../support/dashboard-pages.ts';
import { axeViolations, openWatchedPage } from '../../support/watched-page.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../../coverage/screenshots/', import.meta.url));
const WIDE = { width: 1_440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** Opens the table behind each chart of a page. */
async function openTables(page: Page): Promise<void> {
  const buttons = page.getByRole('button', { name: 'As a table' });
  for (let rest = await buttons.count(); rest > 0; rest--) {
    await buttons.first().click();
    await expect.poll(() => buttons.count(), { message: 'charts without their table' }).toBe(rest - 1);
  }
  for (const back of await page.getByRole('button', { name: 'As a chart' }).all()) {
    const table = page.locator(`[id="${await back.getAttribute('aria-controls')}"] table`);
    await table.waitFor();
    expect.soft(await table.locator('tbody tr').count(), 'rows behind a chart').toBeGreaterThan(0);
    expect.soft(await table.locator('th').count(), 'columns behind a chart').toBeGreaterThan(1);
  }
}

const opened = await openDashboard();
// Why they are skipped stands in their name.
const without = typeof opened === 'string' ? ` (${opened})` : '';

describe.skipIf(without !== '')(`every page of the dashboard${without}`, async () => {
  if (typeof opened === 'string') return;
  const dashboard = opened;
  afterAll(() => dashboard.close());
  mkdirSync(SCREENSHOTS, { recursive: true });
  const { tasks } = (await dashboard.ask('/api/v1/tasks')) as { tasks: readonly { taskId: string; nodeId?: string }[] };
  const task = tasks.find(({ nodeId }) => nodeId !== undefined);
  const pages = [
    ...dashboardPages(),
    { path: `/tasks/${encodeURIComponent(task?.taskId ?? '')}`, title: 'One task' },
    { path: `/nodes/${encodeURIComponent(task?.nodeId ?? '')}`, title: 'One node' },
  ];
  const watched = await openWatchedPage(dashboard.context, dashboard.address);
  const { page, settled } = watched;

  it.each(pages)(
    '$title: in light, dark and narrow without a complaint, for everybody to use, a table behind each chart',
    async ({ path, title }) => {
      const before = watched.complaints.length;
      const name = title.toLowerCase().replaceAll(' ', '-');
      await page.setViewportSize(WIDE);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`${dashboard.address}${path}`);
      await settled();
      expect.soft(await axeViolations(page), 'axe, light').toEqual([]);
      await page.screenshot({ path: `${SCREENSHOTS}${name}-light.png`, fullPage: true });

      await page.emulateMedia({ colorScheme: 'dark' });
      await settled();
      expect.soft(await axeViolations(page), 'axe, dark').toEqual([]);
      await page.screenshot({ path: `${SCREENSHOTS}${name}-dark.png`, fullPage: true });

      await page.setViewportSize(NARROW);
      await settled();
      expect.soft(await axeViolations(page), 'axe, narrow').toEqual([]);
      const widths = await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      expect.soft(widths, 'nothing stands out of a narrow screen').toEqual([NARROW.width, NARROW.width]);
      await page.screenshot({ path: `${SCREENSHOTS}${name}-narrow.png`, fullPage: true });

      await page.setViewportSize(WIDE);
      await openTables(page);
      expect.soft(watched.complaints.slice(before), 'complaints').toEqual([]);
      expect
        .soft(await page.locator('body').innerText(), 'what is absent')
        .not.toMatch(/\bNaN\b|\bundefined\b|\[object/);
    },
  );

  it('is in the navigation, by its name', async () => {
    await page.goto(`${dashboard.address}/`);
    await settled();
    const links = await page.getByRole('navigation').getByRole('link').allInnerTexts();
    expect(links).toEqual(dashboardPages().map(({ title }) => title));
  });
});
