import { afterAll, describe, expect, it } from 'vitest';

import type { IncomingEvent } from '../../../src/model/event.ts';
import { dashboardPages } from '../../support/dashboard-pages.ts';
import { DASHBOARD_NOW_MICROS, openDashboard } from '../../support/dashboard.ts';
import { openWatchedPage } from '../../support/watched-page.ts';

const NAMES = [
  '<img src=x onerror="window.hit=1">',
  '"><svg/onload=window.hit=1>',
  '<script>window.hit=1</script>',
  'javascript:window.hit=1',
  '{{constructor.constructor("window.hit=1")()}}',
  '../../../api/v1/sql?x=#y',
  'node\u202egnp.exe',
  'a\u0000b\u001b[31mc\u2066d',
  '=HYPERLINK("http://example.org","x")',
];

/** A cluster in which everything that an agent may name is named so. */
function hostileEvents(): IncomingEvent[] {
  return NAMES.flatMap((name, i): IncomingEvent[] => {
    const at = (seconds: number): number => DASHBOARD_NOW_MICROS - 600_000_000 + (i * 60 + seconds) * 1e6 + i;
    const event = (seconds: number, metric: string, data: IncomingEvent['data']): IncomingEvent => ({
      metric,
      atMicros: at(seconds),
      data: { node_id: name, ...data },
      source: 'library',
      inferred: false,
    });
    return [
      event(0, 'node.registered', { role: name, model: name }),
      event(1, 'node.status', { status: 'working' }),
      event(2, 'task.created', { task_id: name, priority: 'high' }),
      event(3, 'task.claimed', { task_id: name, queue_seconds: 1 }),
      event(4, 'tokens.consumed', {
        task_id: name,
        model: name,
        client: name,
        session_id: name,
        input_tokens: 100,
        output_tokens: 10,
      }),
      event(5, 'code.changed', { task_id: name, files_modified: [name], lines_added: 1, lines_deleted: 0 }),
      event(6, 'tests.executed', {
        task_id: name,
        suite: name,
        total_tests: 2,
        passed: 1,
        failed: 1,
        duration_seconds: 1,
      }),
      ...(i % 2 === 0 ? [event(7, 'task.completed', { task_id: name, duration_seconds: 4, outcome: 'failure' })] : []),
    ];
  });
}

/** Texts with a character that turns the direction, outside of what keeps that to itself. */
const LOOSE = `(() => {
  const loose = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    if (!/[\\u202a-\\u202e\\u2066-\\u2069]/.test(text.data)) continue;
    if (text.parentElement.closest('bdi, script, style') === null) loose.push(text.data);
  }
  return loose;
})()`;

const opened = await openDashboard(hostileEvents());
// Why they are skipped stands in their name.
const without = typeof opened === 'string' ? ` (${opened})` : '';

describe.skipIf(without !== '')(`names that agents choose${without}`, async () => {
  if (typeof opened === 'string') return;
  const dashboard = opened;
  const { address } = dashboard;
  afterAll(() => dashboard.close());
  const watched = await openWatchedPage(dashboard.context, address);
  const { page, settled } = watched;
  page.on('dialog', (dialog) => void dialog.dismiss());

  // What a terminal or a page would obey is taken out where events come in, so that ids are others than were given.
  const { nodes } = (await dashboard.ask('/api/v1/nodes')) as { nodes: readonly { nodeId: string }[] };
  const places: readonly { path: string; title: string; isLoaded?: boolean }[] = [
    ...dashboardPages(),
    ...NAMES.slice(0, 3).map((name) => ({
      path: `/tasks/${encodeURIComponent(name)}`,
      title: `the task ${name}`,
      isLoaded: true,
    })),
    ...nodes
      .filter(({ nodeId }) => /exe$|sql/.test(nodeId))
      .map(({ nodeId }) => ({
        path: `/nodes/${encodeURIComponent(nodeId)}`,
        title: `the node ${nodeId}`,
        isLoaded: true,
      })),
    {
      path: '/explore?metric=task.claimed&by=node_id&view=chart',
      title: 'Explore by node',
    },
    { path: '/explore?metric=task.claimed&view=events', title: 'Explore events' },
    ...['task', 'node', 'role', 'client'].map((by) => ({ path: `/cost?by=${by}`, title: `Cost by ${by}` })),
  ];

  it.each(places)('do nothing on $title', async ({ path, isLoaded = false }) => {
    const before = watched.complaints.length;
    // Links lead there without loading anew; ids are also loaded, as a link that was sent is.
    if (page.url() === 'about:blank' || isLoaded) await page.goto(`${address}${path}`);
    else await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
    await settled();
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(
      await page.locator('main :is(img, iframe, object, [onerror], [onload], [href^="javascript:"])').count(),
    ).toBe(0);
    expect(await page.locator('body script:not([src])').count()).toBe(0);
    expect(await page.evaluate(LOOSE)).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(await page.locator('body').innerText()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    expect(watched.complaints.slice(before)).toEqual([]);
  });

  it('are shown as they are', async () => {
    await page.goto(`${address}/`);
    await settled();
    const shown = await page.getByRole('region', { name: 'Nodes and their tasks' }).locator('bdi').allInnerTexts();
    expect(shown).toContain('<img src=x onerror="window.hit=1">');
  });
});
