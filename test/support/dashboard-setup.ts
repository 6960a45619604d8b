import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = `${ROOT}dist/web/index.html`;

/** Before tests of the dashboard: builds it where it is missing or older than its sources. Other tests need none. */
export async function setup(project: TestProject): Promise<void> {
  // What was asked for is not in the types; where it is not there, all tests are.
  const { filenamePattern } = project.vitest as { readonly filenamePattern?: string[] };
  const { testFiles } = await project.globTestFiles(filenamePattern);
  if (!testFiles.some((path) => path.includes('/test/surfaces/web/'))) return;
  if (changedMillis(BUILT) >= newestBelow(`${ROOT}src`)) return;
  // As it is published: in tests the libraries would otherwise be built with all their checks.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({ configFile: `${ROOT}vite.config.ts`, root: `${ROOT}src/surfaces/web`, logLevel: 'error' });
  process.env['NODE_ENV'] = NODE_ENV;
}

const changedMillis = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((newest, entry) => {
    const path = `${folder}/${entry.name}`;
    return Math.max(newest, entry.isDirectory() ? newestBelow(path) : changedMillis(path));
  }, 0);
}
