import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { OWN_FAMILIES } from '../../src/surfaces/exposition/own-families.ts';
import { bars, board, chart, type Line, of, rows, stat } from './panels.ts';
import { catalogueSample, ownSample } from './sample-names.ts';

const RATE = '$__rate_interval';
const own = (family: keyof typeof OWN_FAMILIES, ...matchers: readonly string[]): string =>
  of(ownSample(OWN_FAMILIES[family]), ...matchers);
const counted = (name: string, ...matchers: readonly string[]): string => of(catalogueSample(name), ...matchers);
const hourly = (selector: string, by: string): string => `sum by (${by}) (rate(${selector}[${RATE}])) * 3600`;

/** Median and 95th percentile of a histogram. */
function quantiles(name: string, what = ''): readonly Line[] {
  const buckets = `sum by (le) (rate(${counted(name)}[${RATE}]))`;
  return [
    { expression: `histogram_quantile(0.5, ${buckets})`, legend: `${what}p50` },
    { expression: `histogram_quantile(0.95, ${buckets})`, legend: `${what}p95`, exemplars: true },
  ];
}

/** The page that people look at: what the cluster does, what it costs, and whether the figures can be believed. */
export function clusterDashboard(): Dashboard {
  const done = 'amicus_task_completed';
  return board(
    'amicus-cluster',
    'Amicus cluster',
    'A cluster of coding agents: nodes, queue, tasks, cost, and the collector.',
  )
    .withRow(new RowBuilder('Now'))
    .withPanel(
      stat(
        { title: 'Working nodes', doc: 'Nodes that work at this moment.' },
        `sum(${own('nodes', 'status="working"')}) or vector(0)`,
      ),
    )
    .withPanel(
      stat({ title: 'Pending tasks', doc: OWN_FAMILIES.tasks.help }, `sum(${own('tasks', 'state="pending"')})`),
    )
    .withPanel(
      stat(
        { title: 'Oldest pending', doc: OWN_FAMILIES.oldestPending.help, unit: 's' },
        `max(${own('oldestPending')})`,
        [
          [900, 'orange'],
          [1_800, 'red'],
        ],
      ),
    )
    .withPanel(
      stat(
        { title: 'Cost in the range', doc: OWN_FAMILIES.usageCost.help, unit: 'currencyUSD' },
        `sum(increase(${own('usageCost')}[$__range]))`,
      ),
    )
    .withPanel(
      stat(
        { title: 'Open findings', doc: OWN_FAMILIES.openFindings.help },
        `sum(${own('openFindings')}) or vector(0)`,
        [[1, 'orange']],
      ),
    )
    .withPanel(
      stat(
        { title: 'Alerts', doc: OWN_FAMILIES.alerts.help },
        `sum(${own('alerts', 'state=~"warn|critical"')}) or vector(0)`,
        [[1, 'red']],
      ),
    )
    .withPanel(
      bars(
        { title: 'Budgets', doc: 'Used of each budget in the period that is now; 100 % is the whole of it.' },
        {
          expression: `${own('budgetUsed')} / ${own('budgetLimit')}`,
          legend: '{{budget}} ({{measured_in}} per {{per}})',
        },
        [
          [0.8, 'orange'],
          [1, 'red'],
        ],
      ),
    )
    .withPanel(rows({ title: 'Nodes', doc: OWN_FAMILIES.node.help }, own('node'), ['Value', 'instance']))

    .withRow(new RowBuilder('Tasks'))
    .withPanel(
      chart({ title: 'Attempts that ended, an hour', doc: 'By how they ended.' }, [
        { expression: hourly(counted(done), 'outcome'), legend: '{{outcome}}' },
      ]),
    )
    .withPanel(
      chart(
        {
          title: 'Failed, of attempts that ended',
          doc: 'Failures by all attempts that ended in the same time.',
          unit: 'percentunit',
        },
        [
          {
            expression: `sum(rate(${counted(done, 'outcome="failure"')}[${RATE}])) / sum(rate(${counted(done)}[${RATE}]))`,
            legend: 'failed',
          },
        ],
      ),
    )
    .withPanel(
      chart(
        { title: 'How long attempts took', doc: 'From the claim to the end; points are single tasks.', unit: 's' },
        quantiles(`${done}_duration_seconds`),
      ),
    )
    .withPanel(
      chart(
        { title: 'How long tasks were queued', doc: 'Until they were claimed; points are single tasks.', unit: 's' },
        quantiles('amicus_task_claimed_queue_seconds'),
      ),
    )
    .withPanel(
      chart({ title: 'Queue', doc: OWN_FAMILIES.tasks.help }, [
        { expression: `sum by (state) (${own('tasks')})`, legend: '{{state}}' },
      ]),
    )
    .withPanel(
      chart({ title: 'Nodes', doc: OWN_FAMILIES.nodes.help }, [
        { expression: `sum by (status) (${own('nodes')})`, legend: '{{status}}' },
      ]),
    )

    .withRow(new RowBuilder('Cost and tokens'))
    .withPanel(
      chart({ title: 'Dollars an hour', doc: OWN_FAMILIES.usageCost.help, unit: 'currencyUSD' }, [
        { expression: hourly(own('usageCost'), 'model'), legend: '{{model}}' },
      ]),
    )
    .withPanel(
      chart({ title: 'Tokens an hour', doc: OWN_FAMILIES.usageTokens.help }, [
        { expression: hourly(own('usageTokens'), 'type'), legend: '{{type}}' },
      ]),
    )
    .withPanel(
      chart(
        {
          title: 'Read from a cache, of all input',
          doc: 'Cached input by cached, written and other input.',
          unit: 'percentunit',
        },
        [
          {
            expression: `sum(rate(${own('usageTokens', 'type="cached"')}[${RATE}])) / sum(rate(${own('usageTokens', 'type!="output"')}[${RATE}]))`,
            legend: 'cached',
          },
        ],
      ),
    )
    .withPanel(
      chart(
        { title: 'How long requests took', doc: 'As clients tell it.', unit: 's' },
        quantiles('amicus_tokens_consumed_duration_seconds'),
      ),
    )

    .withRow(new RowBuilder('Tools and state file'))
    .withPanel(
      chart({ title: 'Calls of tools, an hour', doc: 'The ten that are called most.' }, [
        { expression: `topk(10, ${hourly(counted('amicus_tool_called'), 'tool')})`, legend: '{{tool}}' },
      ]),
    )
    .withPanel(
      chart(
        { title: 'How long calls took', doc: 'All tools.', unit: 's' },
        quantiles('amicus_tool_called_duration_seconds'),
      ),
    )
    .withPanel(
      chart({ title: 'Reads and writes of the state file', doc: 'Waiting for the lock included.', unit: 's' }, [
        ...quantiles('amicus_state_read_duration_seconds', 'read '),
        ...quantiles('amicus_state_write_duration_seconds', 'write '),
      ]),
    )
    .withPanel(
      chart(
        { title: 'Waits for the lock', doc: 'Of those who waited for the lock of the state file.', unit: 's' },
        quantiles('amicus_state_lock_wait_seconds'),
      ),
    )

    .withRow(new RowBuilder('The collector itself'))
    .withPanel(
      chart({ title: 'Recorded, events a second', doc: OWN_FAMILIES.recorded.help, span: 8 }, [
        { expression: `sum(rate(${own('recorded')}[${RATE}]))`, legend: 'recorded' },
      ]),
    )
    .withPanel(
      chart({ title: 'Dropped', doc: OWN_FAMILIES.dropped.help, span: 8 }, [
        { expression: `sum by (reason) (increase(${own('dropped')}[${RATE}]))`, legend: '{{reason}}' },
      ]),
    )
    .withPanel(
      chart({ title: 'Drain lag', doc: OWN_FAMILIES.drainLag.help, unit: 's', span: 8 }, [
        { expression: `max(${own('drainLag')})`, legend: 'lag' },
      ]),
    )
    .withPanel(
      chart({ title: 'On the disk', doc: 'The database with its journal, and the spool.', unit: 'bytes', span: 8 }, [
        { expression: `sum(${own('databaseBytes')})`, legend: 'database' },
        { expression: `sum(${own('spoolBytes')})`, legend: 'spool' },
      ]),
    )
    .withPanel(
      chart({ title: 'Age of the newest event', doc: 'How long nothing was recorded.', unit: 's', span: 8 }, [
        { expression: `time() - max(${own('newestEvent')})`, legend: 'age' },
      ]),
    )
    .withPanel(
      chart({ title: 'Putting figures together', doc: OWN_FAMILIES.collectSeconds.help, unit: 's', span: 8 }, [
        { expression: `max(${own('collectSeconds')})`, legend: 'time' },
      ]),
    )
    .build();
}
