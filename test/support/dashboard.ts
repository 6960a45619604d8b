import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';

import type { PlannedFault } from '../../src/example/simulation/fault-book.ts';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { ApiServer } from '../../src/surfaces/api/api-server.ts';
import { ApiTokens } from '../../src/surfaces/api/api-tokens.ts';
import { createApi } from '../../src/surfaces/api/create-api.ts';
import { WebFiles } from '../../src/surfaces/api/web-files.ts';
import { openBrowser } from './browser.ts';
import { PATIENCE_MILLIS } from './eventually.ts';
import { type SimulatedStore, simulatedStore } from './simulated-store.ts';

/** 2026-11-24, a Tuesday, when people and nodes are at work. */
export const DASHBOARD_NOW_MICROS = Date.UTC(2026, 10, 24, 13, 10) * 1_000;
const DAYS = 12;
const FAULTS: readonly PlannedFault[] = [
  { kind: 'lock_contention', strength: 'strong', fromDay: DAYS - 2, toDay: DAYS },
  { kind: 'low_cache_use', strength: 'strong', fromDay: DAYS - 2, toDay: DAYS },
];
const CONFIG = `[budgets.team]
limit_usd = 40
per = "week"
[alerts.queue]
metric = "task.claimed"
aggregation = "p95(queue_seconds)"
window = "6h"
warn = 10
[alerts.failures]
metric = "task.completed"
window = "6h"
where = { outcome = "failure" }
group_by = "node_id"
warn = 1
`;

/** The dashboard before the store of a simulated cluster, and a browser that was let in by the link. */
export type RunningDashboard = {
  readonly address: string;
  readonly directory: string;
  readonly collector: MetricsCollector;
  /** Where a browser is let in. */
  readonly link: string;
  readonly browser: Browser;
  /** Windows of a browser that has opened the link: they share its cookie. */
  readonly context: BrowserContext;
  /** What the API answers to a GET, parsed. */
  ask(path: string): Promise<unknown>;
  close(): Promise<void>;
};

/** @returns Why there is none, where the machine has no browser. */
export async function openDashboard(more: readonly IncomingEvent[] = []): Promise<RunningDashboard | string> {
  const browser = await openBrowser();
  if (typeof browser === 'string') return browser;
  const store = await simulatedStore({ seed: 7, days: DAYS, faults: FAULTS }, DASHBOARD_NOW_MICROS, more);
  writeFileSync(join(store.directory, 'amicus-metrics.toml'), CONFIG);
  return dashboardOf(store, browser);
}

/** The dashboard before any store. */
export async function dashboardOf(
  { directory, clock, remove }: Pick<SimulatedStore, 'directory' | 'clock'> & Partial<Pick<SimulatedStore, 'remove'>>,
  browser: Browser,
): Promise<RunningDashboard> {
  const collector = openMetrics({ directory, clock });
  const open = async (): Promise<MetricsCollector> => collector;
  const tokens = new ApiTokens(directory);
  const server = new ApiServer({
    host: '127.0.0.1',
    port: 0,
    names: [],
    tls: undefined,
    tokens,
    files: new WebFiles(),
    clock,
    app: createApi({
      directory,
      env: {},
      cwd: '/',
      clock,
      timeZone: 'UTC',
      collector: open,
      recordingCollector: open,
    }),
  });
  const address = await server.listen();
  const link = `${address}/login?token=${tokens.writeToken}`;
  const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MILLIS);
  const door = await context.newPage();
  await door.goto(link);
  await door.close();
  return {
    address,
    directory,
    collector,
    link,
    browser,
    context,
    ask: async (path) => {
      const answer = await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${tokens.writeToken}` } });
      if (!answer.ok) throw new Error(`${path} is answered with ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
    close: async () => {
      await browser.close();
      await server.close();
      await collector.close();
      remove?.();
    },
  };
}
