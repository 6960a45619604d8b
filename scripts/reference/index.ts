import { apiPage } from './api-page.ts';
import { cliPage } from './cli-page.ts';
import { detectorsPage } from './detectors-page.ts';
import { mcpPage } from './mcp-page.ts';
import { metricsPage } from './metrics-page.ts';
import type { Page } from './page.ts';
import { settingsPage } from './settings-page.ts';
import { sqlPage } from './sql-page.ts';

/** Every generated page. A new one is one file beside this one and one line here. */
export const PAGES: readonly Page[] = [metricsPage, settingsPage, cliPage, sqlPage, detectorsPage, mcpPage, apiPage];
