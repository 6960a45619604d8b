import { openZone, type Zone, zonedAt } from '../../model/time.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type Ledger, type LedgerSum, openLedger, sumByKey } from '../ledger/ledger.ts';
import { nodeRoles } from '../ledger/node-roles.ts';
import type { LineField, UsageLine } from '../ledger/usage-line.ts';
import type { UsageDetail } from '../ledger/usage-reader.ts';
import type { ReportSpan } from './answerer.ts';

/** What costs can be told by, and the words for it. */
export const COST_DIMENSIONS = [
  'model',
  'role',
  'node',
  'task',
  'client',
  'session',
  'agent',
  'cluster',
  'feed',
  'day',
] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

const FIELDS: Readonly<Partial<Record<CostDimension, LineField>>> = {
  model: 'model',
  node: 'node_id',
  task: 'task_id',
  client: 'client',
  session: 'session_id',
  agent: 'agent_id',
  cluster: 'cluster',
  feed: 'feed',
  role: 'node_id',
};
/** What hourly figures do not tell any more. */
const DETAIL: readonly CostDimension[] = ['task', 'session', 'agent', 'cluster'];
/** Stands where it was told once and has expired: that is not the same as never having been told. */
const EXPIRED = '(expired)';

export type CostReport = {
  readonly ledger: Ledger;
  readonly by: readonly CostDimension[];
  /** By the dimensions asked for; the dearest first, days in their order. Together they are the total. */
  readonly groups: readonly LedgerSum[];
};

/** What a span cost, by whatever was asked for. */
export async function costReport(
  ask: EventAnswerer,
  span: ReportSpan,
  by: readonly CostDimension[],
  plans: readonly string[],
): Promise<CostReport> {
  const zone = await openZone(span.timeZone);
  const roles = by.includes('role') ? await nodeRoles(ask) : new Map<string, string>();
  const ledger = await openLedger(ask, span, detailOf(by), plans);
  const groups = sumByKey(ledger.lines, (line) =>
    Object.fromEntries(by.map((dimension) => [dimension, dimensionOf(line, dimension, roles, zone)])),
  );
  const day = ({ key }: LedgerSum): string => key['day'] ?? '';
  return { ledger, by, groups: groups.sort((a, b) => (day(a) < day(b) ? -1 : day(a) > day(b) ? 1 : 0)) };
}

/** What has to be told apart for these dimensions. */
function detailOf(by: readonly CostDimension[]): UsageDetail {
  const fields = by.flatMap((dimension) => FIELDS[dimension] ?? []);
  return { fields: [...new Set(fields)], byDay: by.includes('day') };
}

function dimensionOf(
  line: UsageLine,
  dimension: CostDimension,
  roles: ReadonlyMap<string, string>,
  zone: Zone,
): string | undefined {
  if (dimension === 'day') return zonedAt(line.hourMicros, zone).toPlainDate().toString();
  if (dimension === 'role') return roles.get(line.fields.node_id ?? '');
  if (!line.detailed && DETAIL.includes(dimension)) return EXPIRED;
  const field = FIELDS[dimension];
  return field === undefined ? undefined : line.fields[field];
}
