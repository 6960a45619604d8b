import type { BaseUnit } from './family.ts';

/** A family that no metric's declaration gives. */
export type OwnFamily = {
  readonly kind: 'counter' | 'gauge' | 'info';
  readonly name: string;
  readonly dotted: string;
  readonly unit?: BaseUnit;
  readonly help: string;
  readonly labels: readonly string[];
};

type Make = (dotted: string, labels: readonly string[], help: string, unit?: BaseUnit) => OwnFamily;

const maker =
  (kind: OwnFamily['kind']): Make =>
  (dotted, labels, help, unit) => {
    const name = `amicus_${dotted.replaceAll('.', '_')}${unit === undefined ? '' : `_${unit}`}`;
    return { kind, name, dotted: `amicus.${dotted}`, labels, help, ...(unit === undefined ? {} : { unit }) };
  };
const counter = maker('counter');
const gauge = maker('gauge');
const info = maker('info');

/** What is told besides the catalogue: usage as the ledger counts it, the cluster as it is now, and the collector itself. */
export const OWN_FAMILIES = {
  build: info('build', ['version'], 'The program that tells all of this.'),

  usageTokens: counter(
    'usage.tokens',
    ['client', 'model', 'type'],
    'Tokens of requests to models, each request once: input, output, cached (input read from a cache), cache_write.',
  ),
  usageRequests: counter(
    'usage.requests',
    ['client', 'model'],
    'Requests to models, as far as clients tell how many there were.',
  ),
  usageCost: counter(
    'usage.cost',
    ['client', 'model'],
    'What requests to models cost in US dollars, each request once; what a flat plan covers is in it. Costs that are not known are not: see amicus_usage_unpriced.',
    'dollars',
  ),
  usagePlan: counter(
    'usage.plan',
    ['client', 'model'],
    'The part of amicus_usage_cost_dollars that a flat plan covers, billed 0.',
    'dollars',
  ),
  usageUnpriced: counter('usage.unpriced', ['client', 'model'], 'Tellings of usage whose cost is not known.'),

  nodes: gauge('nodes', ['status'], 'Nodes that are not terminated, by status.'),
  node: info('node', ['node_id', 'role', 'model', 'status'], 'Each node that is not terminated.'),
  tasks: gauge('tasks', ['state'], 'Tasks in the queue as it was counted last: pending, in_progress.'),
  oldestPending: gauge(
    'oldest_pending_task',
    [],
    'How long the oldest pending task has waited, as it was counted last. Absent when none is pending.',
    'seconds',
  ),
  snapshotTime: gauge('queue.counted_timestamp', [], 'When the queue was counted last.', 'seconds'),

  budgetUsed: gauge(
    'budget.used',
    ['budget', 'measured_in', 'per'],
    'Used of a budget in the period that is now, in dollars, tokens or runs.',
  ),
  budgetLimit: gauge('budget.limit', ['budget', 'measured_in', 'per'], 'The whole of a budget, in the same.'),
  openFindings: gauge(
    'open_findings',
    ['kind', 'severity'],
    'Findings that are open, as `up` looked for them last: some minutes ago at most while it runs.',
  ),
  alerts: gauge(
    'alerts',
    ['rule', 'state'],
    'Groups of alert rules that are in a state other than ok, as it was told last.',
  ),

  recorded: counter('collector.recorded_events', [], 'Events that all processes have recorded.'),
  dropped: counter(
    'collector.dropped',
    ['reason'],
    'Events that were dropped, and fields that were left out of stored events, by reason.',
  ),
  toldTwice: counter(
    'collector.told_twice',
    [],
    'Events that were told again and so not stored again: no loss, and usual where two sources see the same.',
  ),
  expired: counter(
    'collector.expired_events',
    [],
    'Single events that have gone by age or for space; their hourly figures remain.',
  ),
  storedEvents: gauge('collector.stored_events', [], 'Single events that are stored.'),
  databaseBytes: gauge('collector.database', [], 'Size of the database and its journal.', 'bytes'),
  spoolBytes: gauge('collector.spool', [], 'Size of the files that wait to be stored or removed.', 'bytes'),
  spooledEvents: gauge(
    'collector.spooled_events',
    [],
    'Events that are recorded and not stored yet, after this drain.',
  ),
  drainLag: gauge(
    'collector.drain_lag',
    [],
    'How long it took just now to store what waited: so far a figure is behind what was recorded.',
    'seconds',
  ),
  newestEvent: gauge('collector.newest_event_timestamp', [], 'When the newest stored event happened.', 'seconds'),
  overflowed: gauge(
    'exposition.overflowed_label_sets',
    ['family'],
    'Label sets beyond the limit that are told together under other.',
  ),
  leftOut: gauge('exposition.left_out_families', [], 'Families that would have had the name of another one.'),
  collectSeconds: gauge('exposition', [], 'How long it took to put these figures together.', 'seconds'),
} as const satisfies Readonly<Record<string, OwnFamily>>;
