import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

/** What is not drawn yet: places that say so, and questions on their way. */
const LOADING = '[aria-label="Loading"]';
/** So long nothing must be on its way. */
const QUIET_MILLIS = 150;
/** What has come is drawn by the second frame from now, and no colour is on its way to another. */
const DRAWN = `new Promise((drawn) => {
  const look = () => (document.getAnimations().length === 0 ? drawn() : requestAnimationFrame(look));
  requestAnimationFrame(() => requestAnimationFrame(look));
})`;
const SETTLE_MILLIS = 60_000;

/** A window whose complaints are kept. */
export type WatchedPage = {
  readonly page: Page;
  /** Errors on the console and in scripts, refused requests, and requests to anybody but the server. */
  readonly complaints: readonly string[];
  /** Resolves when all that was asked has been answered and drawn. */
  readonly settled: () => Promise<void>;
};

/** Opens a window and listens to it from its first request on. */
export async function openWatchedPage(context: BrowserContext, address: string): Promise<WatchedPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(SETTLE_MILLIS);
  const complaints: string[] = [];
  const onTheirWay = new Set<unknown>();
  let changedAt = performance.now();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${address}/`) && !url.startsWith('data:') && !url.startsWith('blob:')) {
      complaints.push(`request to somebody else: ${url}`);
    }
    // A stream never ends.
    if (url.includes('/api/v1/live')) return;
    onTheirWay.add(request);
    changedAt = performance.now();
  });
  const done = (request: unknown): void => {
    onTheirWay.delete(request);
    changedAt = performance.now();
  };
  page.on('requestfinished', done);
  page.on('requestfailed', done);
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  const settled = async (): Promise<void> => {
    const begun = performance.now();
    const isLoaded = async (): Promise<boolean> => onTheirWay.size === 0 && (await page.locator(LOADING).count()) === 0;
    // What was done a moment ago may ask for something in the next.
    changedAt = begun;
    while (performance.now() - begun < SETTLE_MILLIS) {
      const since = changedAt;
      if (performance.now() - since > QUIET_MILLIS && (await isLoaded())) {
        // A busy machine takes longer than that to draw what has come, and asks for more only then.
        await page.evaluate(DRAWN);
        if (changedAt === since && (await isLoaded())) return;
      }
      await page.waitForTimeout(25);
    }
    throw new Error(`${page.url()} still loads after ${SETTLE_MILLIS / 1_000} s, or is never quiet`);
  };
  return { page, complaints, settled };
}

type Violation = {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
};

/** What axe holds against the page as it is: rule, element and why, one line each. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source);
  // Only what can be held against it: lists of what passes are long, and making them takes the most time.
  const { violations } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => ({ violations }))`,
  )) as { violations: readonly Violation[] };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/g, ' ')}`,
    ),
  );
}
