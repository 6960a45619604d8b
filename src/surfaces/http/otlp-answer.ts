import type { Encoding } from '../../sources/otlp/read-telemetry.ts';
import type { OtlpOutcome } from '../../sources/otlp/otlp-translator.ts';
import type { Signal } from '../../sources/otlp/telemetry.ts';

/** A content type of OTLP over HTTP; undefined for any other. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const [type = ''] = (contentType ?? '').split(';', 1);
  switch (type.trim().toLowerCase()) {
    case 'application/json':
      return 'json';
    case 'application/x-protobuf':
      return 'protobuf';
    default:
      return undefined;
  }
}

export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

const REJECTED: Readonly<Record<Signal, string>> = {
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans',
};

/** The answer to a push that was taken: empty, or how many of its records were not understood. */
export function successBody(encoding: Encoding, signal: Signal, { rejected, reasons }: OtlpOutcome): Buffer {
  if (rejected === 0) return Buffer.from(encoding === 'json' ? '{}' : '');
  const message = `Not understood: ${reasons.join(', ')}.`;
  if (encoding === 'json') {
    return Buffer.from(
      JSON.stringify({ partialSuccess: { [REJECTED[signal]]: String(rejected), errorMessage: message } }),
    );
  }
  // ExportPartialSuccess: 1 rejected, 2 message; it is field 1 of the answer.
  return delimited(1, Buffer.concat([varintField(1, rejected), delimited(2, Buffer.from(message))]));
}

/** A google.rpc.Status: 1 code, 2 message. */
export function problemBody(encoding: Encoding, problem: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ message: problem }));
  return delimited(2, Buffer.from(problem));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

const varintField = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const delimited = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
