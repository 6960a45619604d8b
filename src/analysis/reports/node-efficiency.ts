import { MICROS_PER_HOUR, type TimeRange } from '../../model/range.ts';
import { openClock } from '../clock/open-clock.ts';
import { utilisation } from '../clock/utilisation.ts';
import { attemptTimes } from '../detectors/attempt-times.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { nodeRoles } from '../ledger/node-roles.ts';
import { compareNodes, type NodeSpeed } from './compare-nodes.ts';
import { toCount } from './distribution.ts';
import { countOutcomes } from './overview.ts';
import { type Share, shareOf } from './share.ts';

/**
 * Attempts whose time is compared at most: hundreds for each node, after which intervals hardly become narrower, and
 * the clock of so many takes half of a tenth of a second.
 */
const MAX_ATTEMPTS = 2_000;

/** What one node achieved, and how it compares. */
export type NodeRow = {
  /** Absent for attempts whose node is unknown. */
  readonly nodeId: string | undefined;
  readonly role: string | undefined;
  readonly model: string | undefined;
  /** Attempts that ended in the span. */
  readonly ended: number;
  /** Of those whose outcome is known. Not adjusted for what the tasks were. */
  readonly success: Share;
  /** Of its known time in the compared part of the span. */
  readonly busyShare: number | undefined;
  readonly speed: NodeSpeed;
};

export type NodeEfficiency = {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Speed and busy time are of the span from here on: of its newest attempts, where there are very many. */
  readonly comparedFromMicros: number;
  /** False when single events of the compared part have expired. */
  readonly complete: boolean;
  /** How many nodes could be compared with others. */
  readonly compared: number;
  /** Those that differ first, then by what they ended. */
  readonly nodes: readonly NodeRow[];
};

/** What each node achieved in a span, like compared with like. */
export async function nodeEfficiency(ask: EventAnswerer, range: TimeRange, nowMicros: number): Promise<NodeEfficiency> {
  const { fromMicros, toMicros } = range;
  const span = { since: fromMicros / 1e6, until: toMicros / 1e6 };
  const empty = { fromMicros, toMicros, comparedFromMicros: fromMicros, complete: true, compared: 0, nodes: [] };
  if (fromMicros >= toMicros) return empty;
  const ended = await ask.aggregate({
    metric: 'task.completed',
    ...span,
    aggregations: ['count'],
    groupBy: ['node_id', 'outcome'],
  });
  const comparedFromMicros = await comparedFrom(ask, range);
  const clock = await openClock(ask, comparedFromMicros, toMicros, nowMicros);
  // A clock knows of registrations in and shortly before its span; a role is kept for longer than that.
  const roles = await nodeRoles(ask);
  const attempts = attemptTimes(clock).map(({ nodeId, priority, seconds, role }) => ({
    nodeId,
    priority,
    seconds,
    role: roles.get(nodeId) ?? role,
  }));
  const speeds = compareNodes(attempts);
  const uses = new Map(utilisation(clock).nodes.map((use) => [use.nodeId, use]));
  const nodes = [...Map.groupBy(ended.rows, ({ group }) => group['node_id'])].map(([id, rows]): NodeRow => {
    const nodeId = id === undefined ? undefined : String(id);
    const outcomes = countOutcomes(rows);
    const completed = rows.reduce((sum, row) => sum + toCount(row), 0);
    const use = uses.get(nodeId ?? '');
    const known = completed - (outcomes['unknown'] ?? 0);
    return {
      nodeId,
      role: roles.get(nodeId ?? '') ?? use?.role,
      model: use?.model,
      ended: completed,
      success: shareOf(outcomes['success'] ?? 0, known),
      busyShare: use?.busyShare,
      speed: speeds.get(nodeId ?? '') ?? { state: 'too_few', attempts: 0, others: 0 },
    };
  });
  return {
    fromMicros,
    toMicros,
    comparedFromMicros,
    complete: clock.complete,
    compared: nodes.filter(({ speed }) => speed.state !== 'too_few').length,
    nodes: nodes.sort((a, b) => rankOf(a.speed) - rankOf(b.speed) || b.ended - a.ended),
  };
}

const RANKS: Readonly<Record<NodeSpeed['state'], number>> = { slower: 0, faster: 1, no_difference: 2, too_few: 3 };
const rankOf = ({ state }: NodeSpeed): number => RANKS[state];

/** From where on the span holds as many attempts as are compared, to the hour. */
async function comparedFrom(ask: EventAnswerer, { fromMicros, toMicros }: TimeRange): Promise<number> {
  const { rows } = await ask.aggregate({
    metric: 'task.completed',
    since: fromMicros / 1e6,
    until: toMicros / 1e6,
    aggregations: ['count'],
    bucket: toMicros - fromMicros > 100 * 24 * MICROS_PER_HOUR ? '1d' : '1h',
  });
  let attempts = 0;
  for (const row of rows.toSorted((a, b) => (b.bucketStart ?? 0) - (a.bucketStart ?? 0))) {
    attempts += toCount(row);
    if (attempts > MAX_ATTEMPTS) return Math.max(fromMicros, Math.round((row.bucketEnd ?? 0) * 1e6));
  }
  return fromMicros;
}
