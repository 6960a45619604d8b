import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Table } from './harness.ts';
import { textOf } from './report.ts';

const PAGE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'performance.md');
const MARK = '<!-- Written by `npm run bench -- --docs`; not by hand. -->';

/** Put the results of a run into docs/performance.md, in place of those of the run before. */
export function writeDocs(environment: string, tables: readonly Table[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const end = page.indexOf(MARK);
  if (end < 0) throw new Error(`docs/performance.md has lost the line ${MARK}`);
  const results = tables.map((table) => markdownOf(table)).join('\n\n');
  writeFileSync(PAGE, `${page.slice(0, end)}${MARK}\n\n${environment.replace('\n', '  \n')}\n\n${results}\n`);
}

function markdownOf({ title, notes = [], ...table }: Table): string {
  const [, , ...lines] = textOf({ title, ...table }).split('\n');
  return [`### ${title}`, '', ...lines, ...(notes.length > 0 ? ['', notes.join(' ')] : [])].join('\n');
}
