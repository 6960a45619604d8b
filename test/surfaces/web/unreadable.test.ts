import { describe, expect, it, onTestFinished } from 'vitest';

import { openBrowser } from '../../support/browser.ts';
import { completed, damagedStore, used } from '../../support/damaged-store.ts';
import { dashboardOf } from '../../support/dashboard.ts';
import { axeViolations, openWatchedPage } from '../../support/watched-page.ts';

const browser = await openBrowser();
// Why they are skipped stands in their name.
const without = typeof browser === 'string' ? ` (${browser})` : '';

describe.skipIf(without !== '')(`the dashboard before a damaged file${without}`, () => {
  it('says on each page of which metrics it lacks events, and on no page that lacks none', async () => {
    if (typeof browser === 'string') return;
    const dashboard = await dashboardOf(await damagedStore([used, completed]), browser);
    onTestFinished(() => dashboard.close());
    const { page, settled, complaints } = await openWatchedPage(dashboard.context, dashboard.address);
    const notice = page.getByText('The file was damaged, and what is shown here lacks events of tokens.consumed.');
    const shownAt = async (path: string): Promise<number> => {
      await page.goto(`${dashboard.address}${path}`);
      await settled();
      return notice.count();
    };
    expect(await shownAt('/cost?since=7d')).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    expect(await shownAt('/tasks?since=7d')).toBe(0);
    expect(await shownAt('/explore?metric=tokens.consumed&aggregation=distinct(task_id)&since=7d')).toBe(1);
    expect(await shownAt('/explore?view=sql')).toBe(0);
    const statement = page.getByLabel('Statement', { exact: true });
    await statement.fill('SELECT count(*) AS told FROM tokens_consumed');
    await statement.press('Control+Enter');
    await notice.waitFor();
    await page.getByRole('link', { name: 'Health' }).last().click();
    await settled();
    expect(await page.locator('main').innerText()).toContain('events of tokens.consumed from 2026-11-18');
    expect(complaints).toEqual([]);
  });
});
