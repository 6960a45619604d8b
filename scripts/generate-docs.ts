import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES } from './reference/index.ts';

/**
 * Writes the reference pages under docs/reference/ from what the code declares. With `--check` writes nothing and
 * exits with 1 when a page is not what the code says.
 */
const FOLDER = 'docs/reference';
const check = process.argv.includes('--check');
const stale: string[] = [];

mkdirSync(FOLDER, { recursive: true });
for (const page of PAGES) {
  const path = join(FOLDER, page.name);
  const text = await page.render();
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) stale.push(path);
}
if (stale.length > 0) {
  console.error(`Not up to date: ${stale.join(', ')}. Run "npm run docs".`);
  process.exitCode = 1;
}
