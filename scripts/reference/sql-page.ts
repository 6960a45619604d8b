import type { Metric } from '../../src/metrics/define-metric.ts';
import { METRICS } from '../../src/metrics/index.ts';
import { generatedFrom, type Page, table } from './page.ts';

const viewName = (metric: string): string => metric.replaceAll('.', '_');

export const sqlPage: Page = {
  name: 'sql.md',
  render() {
    const metrics: readonly Metric[] = METRICS;
    const rows = metrics.map((metric) => [
      `\`${viewName(metric.name)}\``,
      Object.keys(metric.fields)
        .map((field) => `\`${field}\``)
        .join(', '),
      metric.doc,
    ]);
    return `${generatedFrom('src/metrics/')}# SQL

\`amicus-metrics sql\` and \`collector.sql()\` run one reading statement on the views below, in a process of their own
that can read this one file, and nothing else. Limits (5 seconds, 10,000 rows, 256 MiB) end a statement that asks too
much; they can be changed for each call.

Each metric that has been recorded has a view. Beside its fields it has \`timestamp\` (seconds since 1970, a float),
\`at\` (ISO 8601, UTC), \`id\`, \`source\`, \`inferred\` and \`cluster\`. Lists of names are JSON arrays.

Nothing has an index, but older events are kept in compressed blocks in order of time, and a statement reads only those
that it needs where this can be seen from it: one SELECT from one view, with conditions on \`timestamp\` or \`at\` that
must all hold, joined by AND. Each compares with numbers, parameters, sums of these, or
\`unixepoch('now', '-1 day')\`; \`at\` with a text that begins with a day, \`'2026-11-25'\`. The last hour of millions of
events is read in some 20 ms. So is \`ORDER BY timestamp\`, either way, with a LIMIT of up to 1,000 and without groups.
Any other statement, as a join, looks at the time of each event of its metrics, which takes about a tenth of a second for
400,000; each further column that it uses takes about as long again for the events that are left. Events in a damaged
block are left out. The aggregations of \`query\` and \`aggregate\` read rollups and only the hours asked for, and are
much quicker.

${table(['view', 'fields', 'an event'], rows)}
Three views have the shapes that scripts written for a single-table layout expect:

${table(
  ['view', 'columns'],
  [
    ['`events`', '`id`, `timestamp`, `metric`, `node_id`, `data` (JSON)'],
    ['`aggregates`', '`period_start`, `period_end`, `metric`, `aggregation`, `value`: from the hourly rollups'],
    ['`metadata`', '`key`, `value`'],
  ],
)}
\`\`\`sh
amicus-metrics sql "SELECT node_id, count(*) AS tasks, avg(duration_seconds) AS seconds FROM task_completed GROUP BY node_id"
\`\`\`
`;
  },
};
