import { ALERT_CAUSES, ALERT_LEVELS, ALERT_STATES } from '../../metrics/alert-changed.ts';
import { DELIVERY_OUTCOMES } from '../../metrics/alert-delivered.ts';
import type { EventData, StoredEvent } from '../../model/event.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import { type Answerer, numberField, textField } from '../reports/answerer.ts';
import { type AlertChange, type AlertMemory, remember, UNKNOWN_GROUP } from './advance.ts';

/** A change of one group of one rule. */
export type GroupChange = { readonly rule: string; readonly group: string | undefined; readonly change: AlertChange };
/** The same, with what was remembered before it. */
export type ToldChange = GroupChange & { readonly before: AlertMemory };

/** What became of one notification on one channel. */
export type Delivery = {
  readonly atMicros: number;
  readonly rule: string;
  readonly group: string | undefined;
  readonly channel: string;
  readonly deliveryId: string;
  readonly outcome: (typeof DELIVERY_OUTCOMES)[number];
  readonly attempts: number | undefined;
  readonly reason: string | undefined;
};

/** What is remembered of all rules. */
export type AlertBook = {
  /** By `groupKey`. */
  readonly memories: ReadonlyMap<string, AlertMemory>;
  /** Oldest first. */
  readonly changes: readonly GroupChange[];
};

/** Single events are kept for a month unless configured otherwise; cooldowns are shorter. */
const BOOK_DAYS = 90;
const MAX_EVENTS = 10_000;

/** One text for a rule and one of its groups. */
export function groupKey(rule: string, group: string | undefined): string {
  return JSON.stringify([rule, group]);
}

/** The newest events of a metric up to a moment, oldest first. */
async function newest(ask: Answerer, metric: string, nowMicros: number): Promise<readonly StoredEvent[]> {
  const since = (nowMicros - BOOK_DAYS * MICROS_PER_DAY) / 1e6;
  // What was told at this very moment counts; of several, all but one are kept some microseconds later.
  const until = nowMicros / 1e6 + 0.001;
  const { events } = await ask.query({ metric, since, until, order: 'newest_first', limit: MAX_EVENTS });
  return events.toReversed();
}

/** Reads what is remembered at a moment. */
export async function readAlertBook(ask: Answerer, nowMicros: number): Promise<AlertBook> {
  const changes = (await newest(ask, 'alert.changed', nowMicros)).flatMap(toGroupChange);
  const memories = new Map<string, AlertMemory>();
  for (const { rule, group, change } of changes) {
    const key = groupKey(rule, group);
    memories.set(key, remember(memories.get(key) ?? UNKNOWN_GROUP, change));
  }
  return { memories, changes };
}

/** The newest change of each group of which channels were to be told, from a moment on. */
export function lastTold({ changes }: AlertBook, sinceMicros: number): readonly ToldChange[] {
  const memories = new Map<string, AlertMemory>();
  const told = new Map<string, ToldChange>();
  for (const one of changes) {
    const key = groupKey(one.rule, one.group);
    const before = memories.get(key) ?? UNKNOWN_GROUP;
    memories.set(key, remember(before, one.change));
    if (one.change.notified && one.change.atMicros >= sinceMicros) told.set(key, { ...one, before });
  }
  return [...told.values()];
}

/** The rule and group of a key. */
export function groupOfKey(key: string): { readonly rule: string; readonly group: string | undefined } {
  const [rule, group] = JSON.parse(key) as [string, string | null];
  return { rule, group: group ?? undefined };
}

/** Reads what became of notifications, oldest first. */
export async function readDeliveries(ask: Answerer, nowMicros: number): Promise<readonly Delivery[]> {
  return (await newest(ask, 'alert.delivered', nowMicros)).map((event) => ({
    atMicros: event.atMicros,
    rule: textField(event, 'rule') ?? '',
    group: textField(event, 'group'),
    channel: textField(event, 'channel') ?? '',
    deliveryId: textField(event, 'delivery_id') ?? '',
    outcome: DELIVERY_OUTCOMES.find((word) => word === textField(event, 'outcome')) ?? 'failed',
    attempts: numberField(event, 'attempts'),
    reason: textField(event, 'reason'),
  }));
}

/** Events of later versions may hold words that are not known here; such an event is left out. */
function toGroupChange(event: StoredEvent): GroupChange[] {
  const word = <const Words extends readonly string[]>(field: string, words: Words): Words[number] | undefined => {
    const text = textField(event, field);
    return words.find((one) => one === text);
  };
  const state = word('state', ALERT_STATES);
  const announced = word('announced', ALERT_LEVELS);
  const rule = textField(event, 'rule');
  if (state === undefined || announced === undefined || rule === undefined) return [];
  const value = textField(event, 'value');
  const change: AlertChange = {
    atMicros: event.atMicros,
    cause: word('cause', ALERT_CAUSES) ?? 'measured',
    state,
    announced,
    notified: event.data['notified'] === true,
    acknowledged: word('acknowledged', ALERT_LEVELS),
    value: value === undefined ? undefined : Number(value),
  };
  return [{ rule, group: textField(event, 'group'), change }];
}

/** A change as the data of an `alert.changed` event. */
export function toAlertData({ rule, group, change }: GroupChange): EventData {
  const { cause, state, announced, notified, acknowledged, value } = change;
  return {
    rule,
    group,
    cause,
    state,
    announced,
    notified,
    acknowledged,
    value: value === undefined ? undefined : String(value),
  };
}
