import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeRange } from '../../model/range.ts';
import { numberField, textField } from '../reports/answerer.ts';
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
};

/** A node is told to be silent so long after its last sign of life, and to be lost after the second. */
const SILENT_AFTER_MICROS = 90 * MICROS_PER_SECOND;
const LOST_AFTER_MICROS = 10 * MICROS_PER_MINUTE;

/** Releases that the holder made itself; the others are told of it. */
const OWN_RELEASES = ['released', 'handed_over', 'blocked'];

/** Sorts what events tell into facts. Events of any metric, in any order; those that tell nothing here are passed over. */
export function clockFacts(events: readonly StoredEvent[]): ClockFacts {
  const inOrder = events.toSorted((a, b) => a.atMicros - b.atMicros);
  const byNode = Map.groupBy(inOrder, (event) => event.node_id ?? '');
  byNode.delete('');
  const byTask = (metric: string): Map<string, StoredEvent[]> => {
    const own = Map.groupBy(
      inOrder.filter((event) => event.metric === metric),
      (event) => textField(event, 'task_id') ?? '',
    );
    own.delete('');
    return own;
  };
  return {
    nodes: new Map([...byNode].map(([nodeId, own]) => [nodeId, nodeFacts(own)])),
    taskStatuses: new Map([...byTask('task.status')].map(([taskId, own]) => [taskId, own.map(statusChange)])),
    taskTests: new Map([...byTask('tests.executed')].map(([taskId, own]) => [taskId, joined(own.map(testRun))])),
    asked: askedStretches(inOrder.filter(({ metric }) => metric === 'human.asked')),
  };
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
function lockWait(event: StoredEvent): TimeRange {
  const { fromMicros } = before(event, (numberField(event, 'hold_ms') ?? 0) * 1e3);
  return before({ ...event, atMicros: fromMicros }, (numberField(event, 'wait_ms') ?? 0) * 1e3);
}

function nodeFacts(events: readonly StoredEvent[]): NodeFacts {
  const signs = events.filter(isSignOfLife).map(({ atMicros }) => atMicros);
  const of = (metric: string): readonly StoredEvent[] => events.filter((event) => event.metric === metric);
  const registered = of('node.registered');
  const lastWord = (field: string): string | undefined =>
    registered.map((event) => textField(event, field)).findLast((word) => word !== undefined);
  return {
    role: lastWord('role'),
    model: lastWord('model'),
    changes: events.flatMap((event) => {
      if (event.metric === 'node.registered') return [{ atMicros: event.atMicros, status: 'registered' }];
      if (event.metric === 'node.terminated') return [{ atMicros: event.atMicros, status: 'terminated' }];
      return event.metric === 'node.status' ? [statusChange(event)] : [];
    }),
    silences: silencesOf(events, signs),
    signs,
    lockWaits: joined(of('state.lock').map(lockWait)),
    tests: joined(
      of('tests.executed')
        .filter((event) => textField(event, 'task_id') === undefined)
        .map(testRun),
    ),
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
