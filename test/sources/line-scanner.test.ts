import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { METRICS } from '../../src/metrics/index.ts';
import type { Metric } from '../../src/metrics/define-metric.ts';
import type { FieldValue, IncomingEvent } from '../../src/model/event.ts';
import { FLAT_KIND } from '../../src/model/flat-event.ts';
import { parseEventLine } from '../../src/sources/line-event.ts';
import { LineScanner, OWN_ID } from '../../src/sources/line-scanner.ts';
import { eventRecord } from '../../src/surfaces/export/event-record.ts';
import { EVERY_KIND } from '../support/every-kind.ts';
import { anyStoredEvent } from '../support/stored-events.ts';

const METRICS_HERE: readonly Metric[] = [...METRICS, EVERY_KIND];

/** What the scanner makes of a line, in the form of `parseEventLine`; `undefined` when it leaves it alone. */
function scanned(scanner: LineScanner, line: string): IncomingEvent | undefined {
  const bytes = Buffer.from(`xyz\n${line}\n{"`);
  const end = scanner.scan(bytes, 4);
  if (end < 0) return undefined;
  expect(bytes.toString('utf8', 4, end)).toBe(line);
  const { event, names } = scanner;
  const { name = '', fields = {} } = METRICS_HERE[event.metric] ?? {};
  const valueOf = (kind = -1, value = Number.NaN): FieldValue => {
    if (kind === FLAT_KIND.text) return names.text(value);
    if (kind === FLAT_KIND.flag) return value === 1;
    return kind === FLAT_KIND.list ? names.list(value).map((text) => names.text(text)) : value;
  };
  const data = Object.fromEntries(
    Array.from({ length: event.count }, (_, i) => [
      Object.keys(fields)[event.fields[i] ?? -1] ?? '',
      valueOf(event.kinds[i], event.values[i]),
    ]),
  );
  const { source, inferred, cluster } = names.origin(event.origin);
  const copy = scanner.id === OWN_ID;
  const identity = scanner.id === OWN_ID ? undefined : scanner.id;
  return { metric: name, atMicros: event.atMicros, data, source, inferred, cluster, identity, copy };
}

/** Lines in every form that is read, of any event. */
const anyLine = fc
  .record({
    event: anyStoredEvent,
    form: fc.constantFrom('export', 'foreign', 'plain', 'flat', 'spaced', 'seconds'),
    node: fc.constantFrom(undefined, 'Node-A', 'Node-B'),
  })
  .map(({ event, form, node }) => {
    const { metric, timestamp, data } = event;
    if (form === 'export') return JSON.stringify(eventRecord(event));
    if (form === 'foreign') return JSON.stringify({ ...eventRecord(event), id: `request ${timestamp}` });
    if (form === 'flat') return JSON.stringify({ metric, timestamp, ...data });
    if (form === 'seconds') return JSON.stringify({ metric, timestamp: Math.round(timestamp), data, node_id: node });
    const line = JSON.stringify({ metric, timestamp, node_id: node, data });
    return form === 'spaced' ? line.replaceAll('":', '": ').replaceAll(',"', ', "') : line;
  });

const PIECES = [
  ...'{}[]":,.-+eE0123456789 \\tfn'.split(''),
  'null',
  'true',
  'data',
  'é',
  '\u0000',
  '"node_id":"x",',
  '\r',
  ',"a',
];
/** A line with some places changed. */
const mutatedLine = fc
  .record({
    line: anyLine,
    edits: fc.array(
      fc.record({ at: fc.nat(), cut: fc.integer({ min: 0, max: 3 }), put: fc.constantFrom('', ...PIECES) }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ line, edits }) =>
    edits
      .reduce((text, { at, cut, put }) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + cut);
      }, line)
      .replaceAll('\n', ''),
  );

describe('a line scanner', () => {
  it('takes nearly every line of plain names that an export holds', () => {
    const scanner = new LineScanner(METRICS_HERE);
    const lines = fc.sample(anyLine, { numRuns: 3_000, seed: 5 }).filter((line) => /^[ -~]*$/.test(line));
    const plain = lines.filter((line) => !/\\|e[+-]?\d/.test(line));
    const taken = plain.filter((line) => scanned(scanner, line) !== undefined);
    expect(taken.length / plain.length).toBeGreaterThan(0.9);
  });

  it('reads what it takes as JSON.parse and all rules do, however a line was changed', () => {
    const scanner = new LineScanner(METRICS_HERE);
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(anyLine, mutatedLine), (line) => {
        const event = scanned(scanner, line);
        if (event === undefined) return;
        taken += 1;
        expect(event).toEqual(parseEventLine(line));
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(2_000);
  });

  it('reads numbers to the last bit', () => {
    const scanner = new LineScanner(METRICS_HERE);
    const digits = fc
      .array(fc.constantFrom(...'0123456789'.split('')), { minLength: 1, maxLength: 20 })
      .map((d) => d.join(''));
    const number = fc.record({ sign: fc.constantFrom('', '-'), whole: digits, part: fc.option(digits) });
    let taken = 0;
    fc.assert(
      fc.property(number, ({ sign, whole, part }) => {
        const text = `${sign}${whole}${part === null ? '' : `.${part}`}`;
        const event = scanned(scanner, `{"metric":"state.read","timestamp":1770104400,"data":{"duration_ms":${text}}}`);
        if (event === undefined) return true;
        taken += 1;
        return Object.is(event.data['duration_ms'], JSON.parse(text));
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(1_000);
  });

  it('numbers names from 0 again when it is told to forget them', () => {
    const scanner = new LineScanner(METRICS_HERE);
    const line = (node: string): string =>
      `{"metric":"state.read","timestamp":1770104400,"data":{"node_id":"${node}"}}`;
    for (let i = 0; i < 5_000; i++) expect(scanned(scanner, line(`n${i}`))?.data).toEqual({ node_id: `n${i}` });
    expect(scanner.names.texts).toBe(5_000);
    scanner.names.forget();
    expect(scanner.names.texts).toBe(0);
    expect(scanned(scanner, line('n7'))?.data).toEqual({ node_id: 'n7' });
  });
});
