import { AttributeFilter } from './attribute-filter.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { readLogRecord, readMetric, readSpan, type ReadRecord } from './read-record.ts';
import {
  type Attributes,
  type Batch,
  MAX_RECORDS,
  type Signal,
  type Telemetry,
  tooManyRecords,
  UnreadableTelemetry,
} from './telemetry.ts';
import { attributesOf, listOf, textOf, type Tree, treeOf } from './tree-values.ts';

/** The two encodings of OTLP over HTTP. */
export type Encoding = 'json' | 'protobuf';

/**
 * Decodes one request. Records that cannot be understood are counted and left out; their neighbours stay.
 *
 * @param isRead Which attributes of log records and spans may be looked at. Those of data points are all read, because
 *   they tell series apart.
 * @throws UnreadableTelemetry when it cannot be decoded at all.
 */
export function readTelemetry(
  bytes: Buffer,
  encoding: Encoding,
  signal: Signal,
  isRead: (key: string) => boolean,
): Telemetry {
  const filter = new AttributeFilter(signal === 'metrics' ? () => true : isRead);
  // An empty message is a request that says nothing.
  const root = treeOf(encoding === 'json' ? decodeJson(bytes) : decodeProtobuf(bytes, signal, filter));
  if (root === undefined) throw new UnreadableTelemetry('The body is no export request.');
  switch (signal) {
    case 'logs':
      return { signal, batches: batchesOf(root, 'Logs', 'logRecords', readLogRecord, filter) };
    case 'metrics':
      return { signal, batches: batchesOf(root, 'Metrics', 'metrics', readMetric, filter) };
    case 'traces':
      return { signal, batches: batchesOf(root, 'Spans', 'spans', readSpan, filter) };
  }
}

function batchesOf<Item>(
  root: Tree,
  word: string,
  records: string,
  read: ReadRecord<Item>,
  filter: AttributeFilter,
): Batch<Item>[] {
  const batches: Batch<Item>[] = [];
  let total = 0;
  const count = (more: number): void => {
    total += more;
    if (total > MAX_RECORDS) throw tooManyRecords();
  };
  for (const entry of required(root[`resource${word}`])) {
    const tree = treeOf(entry);
    const resource: Attributes = attributesOf(treeOf(tree?.['resource'])?.['attributes'], filter) ?? new Map();
    for (const scopeEntry of required(tree?.[`scope${word}`])) {
      const scope = treeOf(scopeEntry);
      count(1);
      const items: Item[] = [];
      const rejected: Record<string, number> = {};
      for (const record of required(scope?.[records])) {
        read(treeOf(record), filter, {
          // A metric holds many points: what it yields is what counts.
          take: (item) => {
            count(1);
            items.push(item);
          },
          reject: (reason, number) => {
            count(number);
            rejected[reason] = (rejected[reason] ?? 0) + number;
          },
        });
      }
      const scopeName = textOf(treeOf(scope?.['scope'])?.['name']);
      batches.push({ resource, scopeName, items, left: filter.leftOf(scope), rejected });
    }
  }
  return batches;
}

function required(value: unknown): readonly unknown[] {
  const list = listOf(value);
  if (list === undefined) throw new UnreadableTelemetry('The body is no export request.');
  return list;
}
