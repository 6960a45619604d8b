import { hash } from 'node:crypto';
import { codeIdentity, sessionIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage } from '../normal-usage.ts';
import { text } from './attribute-values.ts';
import type { CounterPart, Counting, Draft } from './client-mapping.ts';
import type { CumulativeSeries, Increment } from './cumulative-series.ts';
import type { Attributes, Batch, Point } from './telemetry.ts';

/** What was told of one group of series in one push: their parts belong to the same requests. */
type Group = {
  readonly family: 'usage' | 'lines' | 'session';
  readonly key: string;
  readonly attributes: Attributes;
  readonly parts: Map<CounterPart, number>;
  /** What tells this push of the group from any other: series and moment of each point. */
  readonly points: string[];
  /** The series of which this is the last that was told. */
  readonly series: Set<string>;
  /** As what it was told before the process ended. */
  readonly toldAs: string | undefined;
  startMicros: number;
  atMicros: number;
};

/** What came of a batch of points. */
export type CountedPoints = {
  /** Events, each with the attributes that its points share. */
  readonly told: readonly { readonly draft: Draft; readonly attributes: Attributes }[];
  /** Points that were told before, or late. */
  readonly repeated: number;
  /** Points of metrics that are of no use here. */
  readonly ignored: number;
};

/**
 * Makes events of data points. Tokens by type, and the cost beside them, are points of their own; those that share all
 * other attributes that are read are joined, because what input means depends on what was cached.
 *
 * @param isRead Which attributes tell groups apart and go further. Series are told apart by all of them.
 */
export function countPoints(
  batch: Batch<Point>,
  client: string,
  counting: Counting,
  isRead: (key: string) => boolean,
  series: CumulativeSeries,
): CountedPoints {
  const { items, resource, scopeName } = batch;
  const sender = JSON.stringify([sorted(resource), scopeName]);
  const pushed = new Set(items.map(({ metric }) => metric));
  const groups = new Map<string, Group>();
  let repeated = 0;
  let ignored = 0;
  for (const point of items) {
    const counted = isToldBetter(point.metric, counting, pushed) ? undefined : partOf(point, counting);
    if (counted === undefined) {
      ignored += 1;
      continue;
    }
    const seriesKey = digest(JSON.stringify([sender, point.metric, sorted(point.attributes), point.startMicros]));
    const increments = incrementsOf(point, seriesKey, series);
    if (increments.length === 0) {
      repeated += 1;
      continue;
    }
    const attributes = new Map([...point.attributes].filter(([key]) => key !== counted.by && isRead(key)));
    const family = familyOf(counted.part);
    const key = JSON.stringify([family, sender, sorted(attributes)]);
    for (const { atMicros, value, toldAs } of increments) {
      const place = toldAs === undefined ? key : `${key} ${toldAs}`;
      const { startMicros } = point;
      const made = { family, key, attributes, parts: new Map(), points: [], series: new Set<string>(), toldAs };
      const group: Group = groups.get(place) ?? { ...made, startMicros, atMicros: 0 };
      groups.set(place, group);
      group.parts.set(counted.part, (group.parts.get(counted.part) ?? 0) + value);
      group.points.push(`${seriesKey} ${atMicros}`);
      if (toldAs === undefined) group.series.add(seriesKey);
      group.startMicros = Math.min(group.startMicros, startMicros);
      group.atMicros = Math.max(group.atMicros, atMicros);
    }
  }
  const told = [...groups.values()].flatMap((group) => {
    const pushKey = group.toldAs ?? `metrics:${digest(JSON.stringify([group.key, group.points.toSorted()]))}`;
    series.tellAs(group.series, pushKey);
    const draft = draftOf(pushKey, group, resource, client, counting);
    return draft === undefined ? [] : [{ draft, attributes: group.attributes }];
  });
  return { told, repeated, ignored };
}

const sorted = (attributes: Attributes): readonly (readonly unknown[])[] =>
  [...attributes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const digest = (value: string): string => hash('sha256', value).slice(0, 32);

function isToldBetter(metric: string, { unless }: Counting, pushed: ReadonlySet<string>): boolean {
  return unless?.[metric]?.some((better) => pushed.has(better)) ?? false;
}

function partOf(point: Point, { counters }: Counting): { part: CounterPart; by: string | undefined } | undefined {
  const counter = Object.hasOwn(counters, point.metric) ? counters[point.metric] : undefined;
  if (counter === undefined) return undefined;
  if (!('by' in counter)) return { part: counter.part, by: undefined };
  const word = text(point.attributes, counter.by) ?? '';
  const part = Object.hasOwn(counter.parts, word) ? counter.parts[word] : undefined;
  return part === undefined ? undefined : { part, by: counter.by };
}

function incrementsOf(point: Point, key: string, series: CumulativeSeries): readonly Increment[] {
  const { cumulative, value, startMicros, atMicros } = point;
  return cumulative ? series.add(key, startMicros, atMicros, value) : [{ atMicros, value, toldAs: undefined }];
}

function familyOf(part: CounterPart): Group['family'] {
  if (part === 'session') return 'session';
  return part === 'linesAdded' || part === 'linesDeleted' ? 'lines' : 'usage';
}

function draftOf(
  pushKey: string,
  { family, attributes, parts, startMicros, atMicros }: Group,
  resource: Attributes,
  client: string,
  { form }: Counting,
): Draft | undefined {
  if ([...parts.values()].every((value) => value === 0)) return undefined;
  const sessionId = text(attributes, 'session.id', 'gen_ai.conversation.id') ?? text(resource, 'session.id');
  switch (family) {
    case 'session': {
      if (sessionId === undefined) return undefined;
      const identity = sessionIdentity('session.started', client, sessionId);
      const data = { session_id: sessionId };
      return { metric: 'session.started', atMicros: startMicros === 0 ? atMicros : startMicros, identity, data };
    }
    case 'lines':
      return {
        metric: 'code.changed',
        atMicros,
        identity: codeIdentity(client, pushKey),
        data: {
          session_id: sessionId,
          lines_added: parts.get('linesAdded'),
          lines_deleted: parts.get('linesDeleted'),
        },
      };
    case 'usage':
      return {
        metric: 'tokens.consumed',
        atMicros,
        identity: usageIdentity(client, pushKey),
        data: {
          ...normalUsage(
            {
              input: parts.get('input'),
              output: parts.get('output'),
              cacheRead: parts.get('cacheRead'),
              cacheWrite: parts.get('cacheWrite'),
              reasoning: parts.get('reasoning'),
            },
            form,
          ),
          feed: 'metrics',
          model: text(attributes, 'model', 'gen_ai.response.model', 'gen_ai.request.model'),
          session_id: sessionId,
          speed: text(attributes, 'speed') === 'fast' ? 'fast' : undefined,
          reported_cost_usd: parts.get('cost'),
        },
      };
  }
}
