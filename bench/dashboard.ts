import type { BrowserContext, CDPSession } from 'playwright-core';

import { openMetrics } from '../src/metrics-collector.ts';
import { WebFiles } from '../src/surfaces/api/web-files.ts';
import { openBrowser } from '../test/support/browser.ts';
import { openWatchedPage, type WatchedPage } from '../test/support/watched-page.ts';
import { type BenchContext, type BenchOutcome, quantile, type Table } from './harness.ts';
import { startUp } from './running-up.ts';

const VIEW = { width: 1_440, height: 900 };
/** A cluster at work. */
const EVENTS_PER_SECOND = 200;
const WRITES_PER_SECOND = 10;
/** The page is open for so long before its memory is looked at first. */
const WARM_UP_MILLIS = 30_000;
const MILLIS_PER_MINUTE = 60_000;
/** The browser tells of what took longer than this between the input and the frame that shows it. */
const TOLD_FROM_MILLIS = 16;

/** The dashboard in a browser on the large store: first paint, interactions, size, and minutes of live view (one for each round). */
export async function benchDashboard({ rounds, stores, tell }: BenchContext): Promise<BenchOutcome> {
  const browser = await openBrowser();
  if (typeof browser === 'string') throw new Error(browser);
  if (!new WebFiles().isBuilt) throw new Error('The dashboard is not built: npm run build:web');
  await stores.ours();
  const directory = stores.oursDirectory;
  const up = await startUp(directory);
  const address = `http://127.0.0.1:${up.port}`;
  const enter = async (): Promise<BrowserContext> => {
    const context = await browser.newContext({ viewport: VIEW, timezoneId: 'UTC', locale: 'en-GB' });
    // The cookie alone: of the dashboard itself nothing has been loaded.
    await context.request.get(`${address}/login?token=${up.token}`, { maxRedirects: 0 });
    return context;
  };
  try {
    tell('dashboard: first visits');
    const visits: Visit[] = [];
    for (let round = 0; round < rounds; round++) visits.push(await visit(await enter(), address));
    tell('dashboard: interactions');
    const context = await enter();
    const interactions = await measureInteractions(await openWatchedPage(context, address), address, rounds);
    tell(`dashboard: ${rounds} minutes of live view`);
    const live = await watchLive(await openWatchedPage(context, address), address, directory, rounds);
    return outcomeOf(visits, interactions, live, stores.events);
  } finally {
    await browser.close();
    await up.stop();
  }
}

/** What a browser that was never here before waits for. */
type Visit = {
  readonly paintMillis: number;
  readonly figuresMillis: number;
  readonly allMillis: number;
  readonly scriptKilobytes: number;
};

async function visit(context: BrowserContext, address: string): Promise<Visit> {
  const { page, settled } = await openWatchedPage(context, address);
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    if (request.resourceType() !== 'script') return;
    sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  const begun = performance.now();
  await page.goto(`${address}/`, { waitUntil: 'commit' });
  await page.locator('dt:text-is("Tasks ended")').waitFor();
  const figuresMillis = performance.now() - begun;
  await settled();
  const allMillis = performance.now() - begun;
  const paintMillis = await page.evaluate(
    `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN`,
  );
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await context.close();
  return { paintMillis: Number(paintMillis), figuresMillis, allMillis, scriptKilobytes: bytes / 1_000 };
}

/** From an input to the frame that shows what it did: the longest of each, in each round. */
type Interaction = { readonly name: string; readonly millis: readonly number[] };

async function measureInteractions(watched: WatchedPage, address: string, rounds: number): Promise<Interaction[]> {
  const { page, settled } = watched;
  await page.addInitScript(`
    window.inputs = [];
    new PerformanceObserver((list) => window.inputs.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'event', durationThreshold: ${TOLD_FROM_MILLIS}, buffered: true });`);
  await page.goto(`${address}/`);
  await settled();
  const links = page.getByRole('navigation').getByRole('link');
  const titles = await links.allInnerTexts();
  const pickSpan = async (label: string): Promise<void> => {
    await page.locator('input[aria-label="Time that is shown"]').click();
    await page.getByRole('option', { name: label }).click();
  };
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['another time', () => pickSpan('7 days')],
    ['a table for a chart', () => page.getByRole('button', { name: 'As a table' }).first().click()],
    ['a chart for a table', () => page.getByRole('button', { name: 'As a chart' }).first().click()],
    ['other colours', () => page.getByRole('button', { name: /colours$/ }).click()],
    ['the same time', () => pickSpan('24 hours')],
    ...titles.map((title) => [`to ${title}`, () => links.filter({ hasText: title }).click()] as const),
    ['back to the overview', () => links.first().click()],
  ];
  const millis = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, step] of steps) {
      await page.evaluate('window.inputs.length = 0');
      await step();
      await settled();
      // Quicker ones are not told of.
      const longest = Number(await page.evaluate(`Math.max(${TOLD_FROM_MILLIS}, ...window.inputs)`));
      millis.set(name, [...(millis.get(name) ?? []), longest]);
    }
  }
  await page.close();
  return [...millis].map(([name, values]) => ({ name, millis: values }));
}

type Live = {
  readonly minutes: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly framesMedian: number;
  readonly framesLeast: number;
};

/** The overview, open while events come: what it holds on to, and how many frames it draws. */
async function watchLive(
  { page, settled }: WatchedPage,
  address: string,
  directory: string,
  minutes: number,
): Promise<Live> {
  const writer = openMetrics({ directory });
  let written = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < EVENTS_PER_SECOND / WRITES_PER_SECOND; i++) {
      const task_id = `live-${Math.floor(written / 4)}`;
      const node_id = `Node-${written % 12}`;
      if (written % 4 === 0) writer.record('task.claimed', { task_id, node_id, queue_seconds: 3 });
      else if (written % 4 === 1)
        writer.record('task.completed', { task_id, node_id, outcome: 'success', duration_seconds: 9 });
      else writer.record('state.read', { node_id, duration_ms: 2 });
      written++;
    }
  }, 1_000 / WRITES_PER_SECOND);
  try {
    const session = await page.context().newCDPSession(page);
    await page.goto(`${address}/`);
    await settled().catch(() => undefined);
    await page.evaluate(COUNT_FRAMES);
    await page.waitForTimeout(WARM_UP_MILLIS);
    const before = await memoryOf(session);
    await page.evaluate('window.frames1s.length = 0');
    await page.waitForTimeout(minutes * MILLIS_PER_MINUTE);
    const frames = (await page.evaluate('window.frames1s')) as number[];
    const after = await memoryOf(session);
    return {
      minutes,
      heapBefore: before.heapMegabytes,
      heapAfter: after.heapMegabytes,
      nodesBefore: before.nodes,
      nodesAfter: after.nodes,
      framesMedian: quantile(frames, 0.5),
      framesLeast: quantile(frames, 0.01),
    };
  } finally {
    clearInterval(timer);
    await writer.close();
    await page.close();
  }
}

const COUNT_FRAMES = `
  window.frames1s = [];
  let frames = 0;
  let since = performance.now();
  const count = (now) => {
    frames++;
    if (now - since >= 1000) {
      window.frames1s.push((frames * 1000) / (now - since));
      frames = 0;
      since = now;
    }
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);`;

/** What is held on to once garbage is collected. */
async function memoryOf(session: CDPSession): Promise<{ readonly heapMegabytes: number; readonly nodes: number }> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const figure = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { heapMegabytes: figure('JSHeapUsedSize') / 1e6, nodes: figure('Nodes') };
}

function outcomeOf(
  visits: readonly Visit[],
  interactions: readonly Interaction[],
  live: Live,
  events: number,
): BenchOutcome {
  const row = (name: string, values: readonly number[]) => ({
    name,
    median: quantile(values, 0.5),
    most: Math.max(...values),
  });
  const spread = [
    { key: 'name', label: '' },
    { key: 'median', label: 'median' },
    { key: 'most', label: 'most' },
  ];
  const visited = [
    row(
      'first paint, ms',
      visits.map(({ paintMillis }) => paintMillis),
    ),
    { name: 'its figures are there, the first visit since `up` began, ms', most: visits[0]?.figuresMillis },
    row(
      'its figures are there, ms',
      visits.map(({ figuresMillis }) => figuresMillis),
    ),
    row(
      'everything is there, ms',
      visits.map(({ allMillis }) => allMillis),
    ),
    row(
      'script loaded, kB compressed',
      visits.map(({ scriptKilobytes }) => scriptKilobytes),
    ),
  ];
  const interacted = interactions.map(({ name, millis }) => row(name, millis));
  const tables: Table[] = [
    {
      title: `Dashboard: the overview on ${events.toLocaleString('en-US')} events, a browser that was never here`,
      columns: spread,
      rows: visited,
      notes: [
        'Chromium without a screen on the same machine as the server. Charts and their library are in the script.',
      ],
    },
    {
      title: 'Dashboard: from an input to the frame that shows it, ms',
      columns: spread,
      rows: interacted,
      notes: [`By the browser's own event timing, in steps of 8 ms; it tells of none below ${TOLD_FROM_MILLIS} ms.`],
    },
    {
      title: `Dashboard: the overview, open for ${live.minutes} minutes under ${EVENTS_PER_SECOND} events a second`,
      columns: [
        { key: 'name', label: '' },
        { key: 'before', label: 'before' },
        { key: 'after', label: 'after' },
      ],
      rows: [
        { name: 'script heap after a collection, MB', before: live.heapBefore, after: live.heapAfter },
        { name: 'nodes of the page', before: live.nodesBefore, after: live.nodesAfter },
        { name: 'frames a second, median', after: live.framesMedian },
        { name: 'frames a second, the slowest hundredth', after: live.framesLeast },
      ],
    },
  ];
  const worst = (values: readonly { readonly median: number }[]): number =>
    Math.max(...values.map(({ median }) => median));
  return {
    tables,
    figures: {
      'dashboard: first paint, ms': quantile(
        visits.map(({ paintMillis }) => paintMillis),
        0.5,
      ),
      'dashboard: its figures are there, ms': quantile(
        visits.map(({ figuresMillis }) => figuresMillis),
        0.5,
      ),
      'dashboard: first-load script, kB compressed': quantile(
        visits.map(({ scriptKilobytes }) => scriptKilobytes),
        0.5,
      ),
      'dashboard: slowest interaction, ms': worst(interacted),
      'dashboard: heap after live minutes ÷ before': live.heapAfter / live.heapBefore,
    },
  };
}
