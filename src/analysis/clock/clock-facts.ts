import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeRange } from '../../model/range.ts';
import { numberField, textField } from '../reports/answerer.ts';
import type { LockWait } from './cluster-clock.ts';
import { firstAfter, joined, lastUpTo } from './in-order.ts';

/** Something that holds from a moment until the next one of its kind. */
export type Change = { readonly atMicros: number; readonly status: string };

/** A stretch in which a node gave no sign of life, or was gone. */
export type Silence = TimeRange & {
  /** False while it lasts: `toMicros` is then without end. */
  readonly ended: boolean;
  /** True for a node that was told to have left. */
  readonly left: boolean;
};

/** What is known of one node, in order of time. */
export type NodeFacts = {
  readonly role: string | undefined;
  readonly model: string | undefined;
  /** Registrations (`registered`), statuses, and ends (`terminated`). */
  readonly changes: readonly Change[];
  readonly silences: readonly Silence[];
  /** Moments at which it did something itself. */
  readonly signs: readonly number[];
  readonly lockWaits: readonly TimeRange[];
  /** Its test runs that name no task. */
  readonly tests: readonly TimeRange[];
};

/** What is known beside the histories of tasks. */
export type ClockFacts = {
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly taskStatuses: ReadonlyMap<string, readonly Change[]>;
  readonly taskTests: ReadonlyMap<string, readonly TimeRange[]>;
  /** When a person was asked for. */
  readonly asked: readonly TimeRange[];
  /** Of all nodes, in order of their beginning. */
  readonly lockWaits: readonly LockWait[];
};

/** A node is told to be silent so long after its last sign of life, and to be lost after the second. */
const SILENT_AFTER_MICROS = 90 * MICROS_PER_SECOND;
const LOST_AFTER_MICROS = 10 * MICROS_PER_MINUTE;

/** Releases that the holder made itself; the others are told of it. */
const OWN_RELEASES = ['released', 'handed_over', 'blocked'];

/**
 * Sorts what events tell into facts.
 *
 * @param tasks Events of tasks, in any order: signs of life of the nodes that made them.
 * @param others Events of any other metric, in any order.
 */
export function clockFacts(tasks: readonly StoredEvent[], others: readonly StoredEvent[]): ClockFacts {
  const drafts = new Map<string, NodeDraft>();
  const taskStatuses = new Map<string, Change[]>();
  const taskTests = new Map<string, TimeRange[]>();
  const asked: StoredEvent[] = [];
  const lockWaits: LockWait[] = [];
  const draftOf = (nodeId: string): NodeDraft => {
    const known = drafts.get(nodeId);
    if (known !== undefined) return known;
    const draft: NodeDraft = { told: [], signs: [], lockWaits: [], tests: [] };
    drafts.set(nodeId, draft);
    return draft;
  };
  for (const event of tasks) {
    if (event.node_id !== undefined && isSignOfLife(event)) draftOf(event.node_id).signs.push(event.atMicros);
  }
  for (const event of others) {
    const taskId = textField(event, 'task_id');
    if (event.metric === 'human.asked') asked.push(event);
    if (event.metric === 'task.status' && taskId !== undefined) addTo(taskStatuses, taskId, statusChange(event));
    if (event.metric === 'tests.executed' && taskId !== undefined) addTo(taskTests, taskId, testRun(event));
    const wait = event.metric === 'state.lock' ? lockWait(event) : undefined;
    if (wait !== undefined) lockWaits.push(wait);
    if (event.node_id === undefined) continue;
    const draft = draftOf(event.node_id);
    if (isSignOfLife(event)) draft.signs.push(event.atMicros);
    if (NODE_METRICS.includes(event.metric)) draft.told.push(event);
    else if (wait !== undefined) draft.lockWaits.push(wait);
    else if (event.metric === 'tests.executed' && taskId === undefined) draft.tests.push(testRun(event));
  }
  return {
    nodes: new Map([...drafts].map(([nodeId, draft]) => [nodeId, nodeFacts(draft)])),
    taskStatuses: new Map([...taskStatuses].map(([taskId, own]) => [taskId, own.sort(byTime)])),
    taskTests: new Map([...taskTests].map(([taskId, own]) => [taskId, joined(own)])),
    asked: askedStretches(asked.sort(byTime)),
    lockWaits: lockWaits.sort((a, b) => a.fromMicros - b.fromMicros),
  };
}

/** The metrics that tell of nodes themselves. */
export const NODE_METRICS: readonly string[] = ['node.registered', 'node.status', 'node.terminated'];

type NodeDraft = {
  readonly told: StoredEvent[];
  readonly signs: number[];
  readonly lockWaits: TimeRange[];
  readonly tests: TimeRange[];
};

const byTime = (a: { readonly atMicros: number }, b: { readonly atMicros: number }): number => a.atMicros - b.atMicros;

function addTo<T>(lists: Map<string, T[]>, key: string, element: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [element]);
  else list.push(element);
}

const statusChange = (event: StoredEvent): Change => ({
  atMicros: event.atMicros,
  status: textField(event, 'status') ?? 'other',
});

/** Events of measured time are told at its end. */
function before(event: StoredEvent, micros: number | undefined): TimeRange {
  return { fromMicros: event.atMicros - Math.round(micros ?? 0), toMicros: event.atMicros };
}

const testRun = (event: StoredEvent): TimeRange => before(event, (numberField(event, 'duration_seconds') ?? 0) * 1e6);

/** Told when it is released: the wait ended where the hold began. */
function lockWait(event: StoredEvent): LockWait {
  const toMicros = event.atMicros - Math.round((numberField(event, 'hold_ms') ?? 0) * 1e3);
  const fromMicros = toMicros - Math.round((numberField(event, 'wait_ms') ?? 0) * 1e3);
  return { fromMicros, toMicros, nodeId: event.node_id, holderId: textField(event, 'waited_for_node_id') };
}

function nodeFacts({ told, signs, lockWaits, tests }: NodeDraft): NodeFacts {
  told.sort(byTime);
  signs.sort((a, b) => a - b);
  const registered = told.filter(({ metric }) => metric === 'node.registered');
  const lastWord = (field: string): string | undefined =>
    registered.map((event) => textField(event, field)).findLast((word) => word !== undefined);
  return {
    role: lastWord('role'),
    model: lastWord('model'),
    changes: told.map((event) => {
      if (event.metric === 'node.registered') return { atMicros: event.atMicros, status: 'registered' };
      if (event.metric === 'node.terminated') return { atMicros: event.atMicros, status: 'terminated' };
      return statusChange(event);
    }),
    silences: silencesOf(told, signs),
    signs,
    lockWaits: joined(lockWaits),
    tests: joined(tests),
  };
}

function isSignOfLife(event: StoredEvent): boolean {
  if (event.metric === 'node.terminated') return false;
  if (event.metric === 'node.status') return !['silent', 'terminated'].includes(textField(event, 'status') ?? '');
  if (event.metric === 'task.released') return OWN_RELEASES.includes(textField(event, 'reason') ?? '');
  return !event.inferred || event.metric === 'node.registered';
}

/** From the last sign of life before it was told to be silent or gone, to the next one after. */
function silencesOf(events: readonly StoredEvent[], signs: readonly number[]): readonly Silence[] {
  const silences: Silence[] = [];
  for (const event of events) {
    const grace = graceOf(event);
    if (grace === undefined) continue;
    const { atMicros } = event;
    const last = silences.at(-1);
    const sign = lastUpTo(signs, atMicros);
    const fromMicros = Math.max(atMicros - grace, sign === undefined ? -Infinity : sign);
    const back = firstAfter(signs, atMicros);
    const left = event.metric === 'node.terminated' || textField(event, 'status') === 'terminated';
    const silence = { fromMicros, toMicros: back ?? Infinity, ended: back !== undefined, left };
    if (last === undefined || last.toMicros <= fromMicros) silences.push(silence);
    else silences[silences.length - 1] = { ...silence, fromMicros: last.fromMicros, left: last.left || left };
  }
  return silences;
}

/** How long before the telling the silence can have begun; `undefined` where none is told. */
function graceOf(event: StoredEvent): number | undefined {
  if (event.metric === 'node.terminated') {
    return textField(event, 'reason') === 'heartbeat_timeout' ? LOST_AFTER_MICROS : 0;
  }
  if (event.metric !== 'node.status') return undefined;
  const status = textField(event, 'status');
  return status === 'silent' ? SILENT_AFTER_MICROS : status === 'terminated' ? 0 : undefined;
}

/** A person is asked for until the same is told to have ended; asking again while asked changes nothing. */
function askedStretches(events: readonly StoredEvent[]): readonly TimeRange[] {
  const stretches: TimeRange[] = [];
  let since: number | undefined;
  for (const event of events) {
    if (event.data['waiting'] === true) since ??= event.atMicros;
    else if (event.data['waiting'] === false) {
      const seconds = numberField(event, 'waited_seconds');
      const fromMicros = since ?? (seconds === undefined ? undefined : event.atMicros - Math.round(seconds * 1e6));
      if (fromMicros !== undefined) stretches.push({ fromMicros, toMicros: event.atMicros });
      since = undefined;
    }
  }
  if (since !== undefined) stretches.push({ fromMicros: since, toMicros: Infinity });
  return stretches;
}
