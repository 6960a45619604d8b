import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeRange } from '../../model/range.ts';
import { numberField, textField } from '../reports/answerer.ts';
import type { Change, ClockFacts, NodeFacts, Silence } from './clock-facts.ts';
import type { LockWait } from './cluster-clock.ts';
import { firstAfter, joined, lastUpTo } from './in-order.ts';

/** A node is told to be silent so long after its last sign of life, and to be lost after the second. */
const SILENT_AFTER_MICROS = 90 * MICROS_PER_SECOND;
const LOST_AFTER_MICROS = 10 * MICROS_PER_MINUTE;

/** Releases that the holder made itself; the others are told of it. */
const OWN_RELEASES = ['released', 'handed_over', 'blocked'];

/** Sorts what events tell into facts. Holds the facts and not the events, which there may be many of. */
export class FactBook {
  readonly #nodes = new Map<string, NodeDraft>();
  readonly #taskStatuses = new Map<string, Change[]>();
  readonly #taskTests = new Map<string, TimeRange[]>();
  readonly #asked: StoredEvent[] = [];
  readonly #lockWaits: LockWait[] = [];

  /** Takes in an event of any metric; in any order. */
  add(event: StoredEvent): void {
    const { metric, node_id: nodeId } = event;
    const node = nodeId === undefined ? undefined : this.#node(nodeId);
    if (isSignOfLife(event)) node?.signs.push(event.atMicros);
    switch (metric) {
      case 'node.registered':
      case 'node.status':
      case 'node.terminated':
        node?.told.push(event);
        return;
      case 'human.asked':
        this.#asked.push(event);
        return;
      case 'task.status':
        addTo(this.#taskStatuses, textField(event, 'task_id') ?? '', statusChange(event));
        return;
      case 'tests.executed':
        this.#addTests(event, node);
        return;
      case 'state.lock':
        this.#addLock(event, node);
        return;
      default:
    }
  }

  facts(): ClockFacts {
    return {
      nodes: mapped(this.#nodes, nodeFacts),
      taskStatuses: mapped(this.#taskStatuses, (own) => own.toSorted(byTime)),
      taskTests: mapped(this.#taskTests, joined),
      asked: askedStretches(this.#asked.toSorted(byTime)),
      lockWaits: this.#lockWaits.toSorted((a, b) => a.fromMicros - b.fromMicros),
    };
  }

  #addTests(event: StoredEvent, node: NodeDraft | undefined): void {
    const taskId = textField(event, 'task_id');
    if (taskId === undefined) node?.tests.push(testRun(event));
    else addTo(this.#taskTests, taskId, testRun(event));
  }

  #addLock(event: StoredEvent, node: NodeDraft | undefined): void {
    const wait = lockWait(event);
    this.#lockWaits.push(wait);
    node?.lockWaits.push(wait);
  }

  #node(nodeId: string): NodeDraft {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) return known;
    const draft: NodeDraft = { told: [], signs: [], lockWaits: [], tests: [] };
    this.#nodes.set(nodeId, draft);
    return draft;
  }
}

function mapped<Draft, Fact>(drafts: ReadonlyMap<string, Draft>, toFact: (draft: Draft) => Fact): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const [key, draft] of drafts) facts.set(key, toFact(draft));
  return facts;
}

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
  taskId: textField(event, 'task_id'),
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

/**
 * When a person was asked for, by anybody. Who asked ends it for itself; an end by another who had not asked is that of
 * the cluster's one flag, and ends it for all. Asking again while one asks changes nothing.
 */
function askedStretches(events: readonly StoredEvent[]): readonly TimeRange[] {
  const stretches: TimeRange[] = [];
  const askers = new Set<string | undefined>();
  let since: number | undefined;
  for (const { atMicros, node_id: nodeId, data } of events) {
    if (data['waiting'] === true) {
      since ??= atMicros;
      askers.add(nodeId);
      continue;
    }
    const seconds = data['waited_seconds'];
    const begun = since ?? (typeof seconds === 'number' ? atMicros - Math.round(seconds * 1e6) : undefined);
    if (!askers.delete(nodeId)) askers.clear();
    if (askers.size > 0 || begun === undefined) continue;
    stretches.push({ fromMicros: begun, toMicros: atMicros });
    since = undefined;
  }
  if (since !== undefined) stretches.push({ fromMicros: since, toMicros: Infinity });
  return joined(stretches);
}
