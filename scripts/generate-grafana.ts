import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GRAFANA_FILES } from './grafana/index.ts';

/** Writes the dashboards and rules under grafana/ from what the code declares. */
for (const { path, render } of GRAFANA_FILES) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, render());
}
