import { adviceDecided } from './advice-decided.ts';
import { alertChanged } from './alert-changed.ts';
import { alertDelivered } from './alert-delivered.ts';
import { apiFailed } from './api-failed.ts';
import { clusterSnapshot } from './cluster-snapshot.ts';
import { codeChanged } from './code-changed.ts';
import { costRepriced } from './cost-repriced.ts';
import type { DataOf, Metric } from './define-metric.ts';
import { findingChanged } from './finding-changed.ts';
import { humanAsked } from './human-asked.ts';
import { messageSent } from './message-sent.ts';
import { nodeRegistered } from './node-registered.ts';
import { nodeStatus } from './node-status.ts';
import { nodeTerminated } from './node-terminated.ts';
import { sessionEnded } from './session-ended.ts';
import { sessionStarted } from './session-started.ts';
import { stateLock } from './state-lock.ts';
import { stateRead } from './state-read.ts';
import { stateWrite } from './state-write.ts';
import { taskClaimed } from './task-claimed.ts';
import { taskCompleted } from './task-completed.ts';
import { taskCreated } from './task-created.ts';
import { taskReleased } from './task-released.ts';
import { taskStatus } from './task-status.ts';
import { testsExecuted } from './tests-executed.ts';
import { tokensConsumed } from './tokens-consumed.ts';
import { toolCalled } from './tool-called.ts';

/** Every built-in metric, in the order of the reference page. */
export const METRICS = [
  nodeRegistered,
  nodeTerminated,
  nodeStatus,
  clusterSnapshot,
  humanAsked,
  taskCreated,
  taskClaimed,
  taskReleased,
  taskCompleted,
  taskStatus,
  stateRead,
  stateWrite,
  stateLock,
  sessionStarted,
  sessionEnded,
  toolCalled,
  tokensConsumed,
  costRepriced,
  apiFailed,
  codeChanged,
  testsExecuted,
  messageSent,
  findingChanged,
  adviceDecided,
  alertChanged,
  alertDelivered,
] as const;

type MetricOf<Name> = Extract<(typeof METRICS)[number], { readonly name: Name }>;

/** The names of the built-in metrics. */
export type MetricName = (typeof METRICS)[number]['name'];
/** The data of one event of a built-in metric. */
export type MetricData<Name extends MetricName> = DataOf<MetricOf<Name>>;

/** Metrics by name: the built-in ones and custom ones. */
export type Catalogue = ReadonlyMap<string, Metric>;

/**
 * The built-in metrics and a user's own.
 *
 * @param custom A custom metric may not take the name of a built-in one; such a one is left out, and the caller that
 *   reads declarations from users (the configuration) refuses it first.
 */
export function catalogueOf(custom: readonly Metric[] = []): Catalogue {
  return new Map<string, Metric>([...custom, ...METRICS].map((metric) => [metric.name, metric]));
}
