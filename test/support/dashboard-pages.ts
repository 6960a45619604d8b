import { readFileSync } from 'node:fs';

const INDEX = new URL('../../src/surfaces/web/pages/index.ts', import.meta.url);

/** Every page of the dashboard, as its index declares them; components of a browser cannot be loaded here. */
export function dashboardPages(): readonly { readonly path: string; readonly title: string }[] {
  const declared = readFileSync(INDEX, 'utf8').matchAll(/path: '([^']+)',\s+title: '([^']+)'/g);
  return [...declared].map(([, path = '', title = '']) => ({ path, title }));
}
