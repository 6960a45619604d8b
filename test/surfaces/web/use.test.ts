import { afterAll, describe, expect, it } from 'vitest';

import { formatCount, formatUsd } from '../../../src/surfaces/cli/terminal/units.ts';
import { focused, tabTo } from '../../support/by-keyboard.ts';
import { openDashboard } from '../../support/dashboard.ts';
import { PATIENCE_MILLIS } from '../../support/eventually.ts';
import { openWatchedPage } from '../../support/watched-page.ts';

const WIDE = { width: 1_440, height: 900 };

const opened = await openDashboard();
// Why they are skipped stands in their name.
const without = typeof opened === 'string' ? ` (${opened})` : '';

type Insights = {
  readonly advice: readonly {
    readonly advice: { readonly id: string };
    readonly standing: { readonly state: string };
  }[];
};

describe.skipIf(without !== '')(`the dashboard in use${without}`, async () => {
  if (typeof opened === 'string') return;
  const dashboard = opened;
  const { address } = dashboard;
  const ask = (path: string): Promise<unknown> => dashboard.ask(path);
  afterAll(() => dashboard.close());
  const watched = await openWatchedPage(dashboard.context, address);
  const { page, settled } = watched;
  await page.setViewportSize(WIDE);
  const open = async (path: string): Promise<void> => {
    await page.goto(`${address}${path}`);
    await settled();
  };
  /** The figure of a tile. */
  const tile = (label: string) =>
    page
      .locator('dl', { has: page.locator(`dt:text-is("${label}")`) })
      .locator('dd')
      .first();
  const completed = async (since: string): Promise<number> =>
    ((await ask(`/api/v1/overview?since=${since}&tz=UTC`)) as { completed: number }).completed;

  it('lets in whoever opens the link, and keeps the token out of the address', async () => {
    const fresh = await dashboard.browser.newContext();
    const { page: stranger } = await openWatchedPage(fresh, address);
    await stranger.goto(`${address}/`);
    expect(await stranger.locator('body').innerText()).toContain('Open the link that amicus-metrics up prints');
    await stranger.goto(dashboard.link);
    await stranger.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(stranger.url()).toBe(`${address}/`);
    await fresh.close();
  });

  it('shows the figures that the API answers', async () => {
    await open('/');
    expect(await tile('Tasks ended').innerText()).toBe(formatCount(await completed('24h')));
    const { nodes } = (await ask('/api/v1/status')) as { nodes: readonly { nodeId: string }[] };
    const shown = await page
      .getByRole('region', { name: 'Nodes and their tasks' })
      .locator('tbody tr td:first-child')
      .allInnerTexts();
    expect(shown.toSorted()).toEqual(nodes.map(({ nodeId }) => nodeId).toSorted());
    await open('/cost');
    const { total } = (await ask('/api/v1/costs?since=24h&tz=UTC&by=model')) as {
      total: { usage: { cost: { usd: number } } };
    };
    expect(await tile('Cost').innerText()).toBe(formatUsd(total.usage.cost.usd));
  });

  it('keeps the time that was picked in the address, over a reload and from page to page', async () => {
    await open('/');
    await page
      .getByRole('combobox', { name: 'Time that is shown' })
      .or(page.getByLabel('Time that is shown'))
      .first()
      .click();
    await page.getByRole('option', { name: '7 days' }).click();
    await settled();
    expect(page.url()).toBe(`${address}/?since=7d`);
    await page.reload();
    await settled();
    expect(await tile('Tasks ended').innerText()).toBe(formatCount(await completed('7d')));
    await page.getByRole('navigation').getByRole('link', { name: 'Cost' }).click();
    await settled();
    expect(page.url()).toBe(`${address}/cost?since=7d`);
  });

  it('shows what happens without being loaded again', async () => {
    await open('/');
    await page.evaluate('window.isTheSamePage = true');
    const before = await completed('24h');
    const shown = async (): Promise<number> => {
      // The feed tells what comes after its first look, and nobody knows from here when that was.
      dashboard.collector.record('task.completed', {
        task_id: 'task-live',
        node_id: 'Node-live',
        duration_seconds: 1,
        outcome: 'success',
      });
      await dashboard.collector.flush();
      return Number((await tile('Tasks ended').innerText()).replaceAll(',', ''));
    };
    await expect.poll(shown, { timeout: PATIENCE_MILLIS, interval: 500 }).toBeGreaterThan(before);
    expect(await page.evaluate('window.isTheSamePage')).toBe(true);
  });

  it('goes from the address line to a decision by keyboard alone', async () => {
    const states = async (): Promise<readonly string[]> =>
      ((await ask('/api/v1/insights?tz=UTC')) as Insights).advice.map(({ standing }) => standing.state);
    expect((await states()).slice(0, 2)).toEqual(['open', 'open']);
    await open('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.innerText')).toBe('To the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('page');
    await open('/');
    await tabTo(page, 'Insights');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Insights' }).waitFor();
    await settled();
    await tabTo(page, 'Accept');
    // What happens meanwhile has the page asked and drawn again, under the hands of whoever uses it.
    const askedAgain = page.waitForResponse((answer) => answer.url().includes('/api/v1/insights'));
    const telling = setInterval(() => dashboard.collector.record('node.status', { node_id: 'n', status: 'idle' }), 500);
    await askedAgain;
    clearInterval(telling);
    await settled();
    expect(await focused(page)).toBe('Accept');
    await page.keyboard.press('Enter');
    await expect.poll(states).toContain('accepted');
    await page.getByText('accepted', { exact: true }).first().waitFor();
    await settled();
    expect(await focused(page)).toBe('Open again');
    await tabTo(page, 'Dismiss');
    await page.keyboard.press('Enter');
    await expect.poll(states).toContain('dismissed');
  });

  it('answers a question about any metric, the same as the API', async () => {
    await open('/explore?metric=task.completed&aggregation=count&by=outcome&since=7d');
    const { rows } = (await ask(
      '/api/v1/aggregate?metric=task.completed&aggregation=count&by=outcome&since=7d&tz=UTC',
    )) as {
      rows: readonly { group: { outcome: string }; values: { count: number } }[];
    };
    expect(rows.length).toBeGreaterThan(1);
    const text = await page.locator('main').innerText();
    for (const { group, values } of rows) {
      expect(text).toMatch(new RegExp(`${group.outcome}\\s+${formatCount(values.count)}\\b`));
    }
  });

  it('runs SQL that reads, and says why it runs no other', async () => {
    await open('/explore?view=sql');
    const statement = page.getByLabel('Statement', { exact: true });
    await statement.fill('SELECT count(*) AS ended FROM task_completed');
    await statement.press('Control+Enter');
    const { rows } = (await ask('/api/v1/aggregate?metric=task.completed&aggregation=count&since=30d&tz=UTC')) as {
      rows: readonly { values: { count: number } }[];
    };
    const cell = page.getByRole('region', { name: 'Rows of the statement' }).locator('td');
    await cell.waitFor();
    expect((await cell.innerText()).replaceAll(',', '')).toBe(String(rows[0]?.values.count));
    const complaints = watched.complaints.length;
    await statement.fill('DELETE FROM task_completed');
    await statement.press('Control+Enter');
    expect(await page.getByRole('alert').innerText()).toMatch(/read/i);
    // A refused request is an error to the browser too.
    expect(watched.complaints.slice(complaints).every((text) => /4\d\d/.test(text))).toBe(true);
    expect(watched.complaints.slice(0, complaints)).toEqual([]);
  });
});
