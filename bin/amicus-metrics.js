#!/usr/bin/env node
// Runs on any Node from 18 on, so that an older one gets a sentence instead of a syntax error.
import { existsSync } from 'node:fs';
import module from 'node:module';

const NEEDED_MAJOR = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < NEEDED_MAJOR) {
  process.stderr.write(
    `amicus-metrics needs Node ${NEEDED_MAJOR} or newer, and this is Node ${process.versions.node}. ` +
      'Install a newer Node (https://nodejs.org); in a clone of the repository, run it through npm, ' +
      'which brings its own Node: npm start, or npm exec -- amicus-metrics <command>.\n',
  );
  process.exitCode = 1;
} else {
  // Compiled code is kept in the system's temporary folder, as compilers and package managers do: a third less to load.
  module.enableCompileCache?.();
  const built = new URL('../dist/main.js', import.meta.url);
  const entry = existsSync(built) ? built : new URL('../src/surfaces/cli/main.ts', import.meta.url);
  await import(entry.href);
}
