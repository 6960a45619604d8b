import { readAlertBook, groupOfKey } from '../../analysis/alerts/alert-book.ts';
import { readDecisionBook } from '../../analysis/insights/decision-book.ts';
import type { Answerer } from '../../analysis/reports/answerer.ts';
import type { BudgetState } from '../../analysis/reports/budget-report.ts';
import { queueNow } from '../../analysis/reports/cluster-status.ts';
import { nodesNow, type SeenNode } from '../../analysis/reports/nodes-now.ts';
import { usdOfNanos } from '../../pricing/index.ts';
import { printable } from '../cli/terminal/printable.ts';
import type { Family, Labels, NumberPoint } from './family.ts';
import { OWN_FAMILIES, type OwnFamily } from './own-families.ts';

/** Nodes told one by one; a cluster has tens. The others are in the sums. */
const MAX_NODES = 200;
/** Budgets and groups of label values told; a configuration has tens. */
const MAX_POINTS = 200;

/** A family of ours with its points. */
export function ownFamily({ kind, name, dotted, help, unit }: OwnFamily, points: readonly NumberPoint[]): Family {
  return { kind, name, dotted, help, unit, points };
}

/** Labels without those that are not known, fit to be shown. */
function known(labels: Readonly<Record<string, string | undefined>>): Labels {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, printable(value)]])),
  );
}

const one = (value: number | undefined): readonly NumberPoint[] => (value === undefined ? [] : [{ labels: {}, value }]);

/** How many there are of each, by labels. */
function tally(all: readonly Labels[]): readonly NumberPoint[] {
  const counted = Map.groupBy(all, (labels) => JSON.stringify(labels));
  return [...counted.values()].slice(0, MAX_POINTS).map((alike) => ({ labels: alike[0] ?? {}, value: alike.length }));
}

/** Points of which no two have the same labels: names may have become alike when they were made fit to be shown. */
function distinct(points: readonly NumberPoint[]): readonly NumberPoint[] {
  return [...new Map(points.map((point) => [JSON.stringify(point.labels), point])).values()];
}

/** Nodes and queue as they are now. */
export async function clusterFamilies(
  ask: Answerer,
  seen: readonly SeenNode[],
  nowMicros: number,
): Promise<readonly Family[]> {
  const live = (await nodesNow(ask, seen, nowMicros)).filter(({ status }) => status !== 'terminated');
  const queue = await queueNow(ask);
  const nodes = live.slice(0, MAX_NODES).map(({ nodeId, role, model, status }) => ({
    labels: known({ node_id: nodeId, role, model, status }),
    value: 1,
  }));
  const tasks = [
    ...one(queue?.pending).map(({ value }) => ({ labels: { state: 'pending' }, value })),
    ...one(queue?.inProgress).map(({ value }) => ({ labels: { state: 'in_progress' }, value })),
  ];
  return [
    ownFamily(OWN_FAMILIES.nodes, tally(live.map(({ status }) => known({ status: status ?? 'unknown' })))),
    ownFamily(OWN_FAMILIES.node, distinct(nodes)),
    ownFamily(OWN_FAMILIES.tasks, tasks),
    ownFamily(OWN_FAMILIES.oldestPending, one(queue?.oldestPendingSeconds)),
    ownFamily(OWN_FAMILIES.snapshotTime, one(queue === undefined ? undefined : queue.atMicros / 1e6)),
  ];
}

/** Budgets, and what is found and alerted, as far as it is remembered. */
export async function judgementFamilies(
  ask: Answerer,
  budgets: readonly BudgetState[],
  nowMicros: number,
): Promise<readonly Family[]> {
  const used = budgets.slice(0, MAX_POINTS).map((state) => {
    const { name, unit, per } = state.budget;
    const inUnit = (steps: bigint): number => (unit === 'usd' ? usdOfNanos(steps) : Number(steps));
    const labels = known({ budget: name, measured_in: unit === 'usd' ? 'dollars' : unit, per });
    return { labels, used: inUnit(state.used), limit: inUnit(state.limit) };
  });
  const { changes } = await readDecisionBook(ask, nowMicros);
  const open = new Map(changes.map((change) => [change.findingId, change]));
  const findings = [...open.values()].filter(({ change }) => change !== 'closed');
  const { memories } = await readAlertBook(ask, nowMicros);
  const alerts = [...memories].filter(([, { state }]) => state !== 'ok');
  return [
    ownFamily(OWN_FAMILIES.budgetUsed, distinct(used.map(({ labels, used: value }) => ({ labels, value })))),
    ownFamily(OWN_FAMILIES.budgetLimit, distinct(used.map(({ labels, limit: value }) => ({ labels, value })))),
    ownFamily(OWN_FAMILIES.openFindings, tally(findings.map(({ kind, severity }) => known({ kind, severity })))),
    ownFamily(
      OWN_FAMILIES.alerts,
      tally(alerts.map(([key, { state }]) => known({ rule: groupOfKey(key).rule, state }))),
    ),
  ];
}
