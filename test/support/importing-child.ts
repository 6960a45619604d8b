import { openMetrics } from '../../src/metrics-collector.ts';
import { importFile } from '../../src/surfaces/export/import-events.ts';
import { EVERY_KIND } from './every-kind.ts';

/** Imports a file into a folder, quickly from the start, and says how many events it stored. */
const [directory = '', path = ''] = process.argv.slice(2);
const collector = openMetrics({ directory, metrics: [EVERY_KIND] });
process.stdout.write('begins\n');
const { stored } = await importFile(collector, { path, stdin: process.stdin, bulkAfterLines: 0 });
await collector.close();
process.stdout.write(`stored ${stored}\n`);
