import type { Exemplar, Family, HistogramFamily, HistogramPoint, Labels, NumberPoint } from '../exposition/family.ts';
import { MessageWriter } from './message-writer.ts';
import { attributeName, metricName, unitName } from './otel-names.ts';

/** Who tells the figures, of when, and since when counters count. */
export type Telling = {
  readonly families: readonly Family[];
  /** Names of the resource, such as `service.name`. */
  readonly resource: Labels;
  readonly scopeVersion: string;
  readonly sinceMicros: number;
  readonly nowMicros: number;
};

/** Everything since the beginning, so that a push that was lost is made good by the next. */
const CUMULATIVE = 2;
const EXACT = 2 ** 53;

/**
 * Families as an OTLP request for metrics: field numbers of opentelemetry-proto 1.x.
 *
 * Counters are cumulative sums, histograms have their bounds, and what is now is a gauge.
 */
export function encodeFamilies({ families, resource, scopeVersion, sinceMicros, nowMicros }: Telling): Buffer {
  const times: Times = { since: BigInt(Math.min(sinceMicros, nowMicros)) * 1_000n, now: BigInt(nowMicros) * 1_000n };
  const scope = new MessageWriter().message(1, new MessageWriter().text(1, 'amicus-metrics').text(2, scopeVersion));
  for (const family of families) scope.message(2, metricOf(family, times));
  const ofResource = new MessageWriter();
  for (const [name, value] of Object.entries(resource)) ofResource.message(1, attribute(name, value));
  return new MessageWriter().message(1, new MessageWriter().message(1, ofResource).message(2, scope)).bytes();
}

type Times = { readonly since: bigint; readonly now: bigint };

function metricOf(family: Family, times: Times): MessageWriter {
  const metric = new MessageWriter()
    .text(1, metricName(family.dotted))
    .text(2, family.help)
    .text(3, unitName(family.unit));
  const data = new MessageWriter();
  if (family.kind === 'histogram') {
    for (const point of family.points) data.message(1, histogramPoint(family, point, times));
    return metric.message(9, data.whole(2, CUMULATIVE));
  }
  for (const point of family.points) data.message(1, numberPoint(family, point, times));
  return family.kind === 'counter' ? metric.message(7, data.whole(2, CUMULATIVE).whole(3, 1)) : metric.message(5, data);
}

function numberPoint({ kind, dotted }: Family, { labels, value }: NumberPoint, times: Times): MessageWriter {
  const point = new MessageWriter();
  // What is now has no beginning.
  if (kind === 'counter') point.fixed64(2, times.since);
  point.fixed64(3, times.now);
  if (Number.isInteger(value) && Math.abs(value) < EXACT) point.fixed64(6, BigInt(value));
  else point.double(4, value);
  return withAttributes(point, 7, dotted, labels);
}

function histogramPoint({ dotted, bounds }: HistogramFamily, point: HistogramPoint, times: Times): MessageWriter {
  const { counts, sum, labels, exemplars } = point;
  const message = new MessageWriter()
    .fixed64(2, times.since)
    .fixed64(3, times.now)
    .fixed64(4, BigInt(counts.reduce((total, count) => total + count, 0)))
    .double(5, sum)
    .packedFixed64(6, counts)
    .packedDoubles(7, bounds);
  for (const exemplar of exemplars) if (exemplar !== undefined) message.message(8, exemplarOf(dotted, exemplar));
  return withAttributes(message, 9, dotted, labels);
}

function exemplarOf(dotted: string, { labels, value, atMicros }: Exemplar): MessageWriter {
  const message = new MessageWriter().fixed64(2, BigInt(atMicros) * 1_000n).double(3, value);
  return withAttributes(message, 7, dotted, labels);
}

function withAttributes(message: MessageWriter, field: number, dotted: string, labels: Labels): MessageWriter {
  for (const [label, value] of Object.entries(labels)) {
    message.message(field, attribute(attributeName(dotted, label), value));
  }
  return message;
}

/** A KeyValue whose value is a text. */
function attribute(name: string, value: string): MessageWriter {
  return new MessageWriter().text(1, name).message(2, new MessageWriter().text(1, value));
}
