import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ENVELOPE } from '../../../src/sources/mcp-proxy/envelope.ts';
import { EnvelopeScanner } from '../../../src/sources/mcp-proxy/envelope-scanner.ts';
import { SessionMaker } from '../../support/mcp-sessions.ts';

function keptOf(...pieces: readonly (string | Buffer)[]): Record<string, unknown> {
  const scanner = new EnvelopeScanner(ENVELOPE);
  for (const piece of pieces) scanner.push(Buffer.from(piece));
  return Object.fromEntries(scanner.end());
}

/** What the scanner should keep of the top of a message, read with JSON.parse. */
function expectedOf(text: string): Record<string, unknown> {
  const { id, method, params, result, error } = JSON.parse(text) as Record<string, Record<string, unknown>>;
  const expected: Record<string, unknown> = {};
  if (id !== undefined) expected['id'] = JSON.stringify(id);
  if (method !== undefined) expected['method'] = method;
  if (result !== undefined) {
    expected['result'] = true;
    if (result['isError'] !== undefined) expected['isError'] = result['isError'];
  }
  if (error !== undefined) expected['error'] = true;
  if (params !== undefined) {
    expected['tool'] = params['name'];
    expected['callId'] = (params['_meta'] as Record<string, unknown>)['callId'];
  }
  return expected;
}

describe('the envelope of a message', () => {
  it('is the same as JSON.parse reads, in 500 messages cut at every byte', () => {
    const maker = new SessionMaker(1);
    const wrong: unknown[] = [];
    for (let n = 0; n < 500; n++) {
      const message = maker.message();
      const params = message['params'] as Record<string, unknown> | undefined;
      // Arguments are looked into for names of nodes only, and these have none.
      if (params !== undefined && n % 2 === 0) params['arguments'] = { text: maker.text(), nested: maker.value() };
      const bytes = Buffer.from(JSON.stringify(message, undefined, n % 3 === 0 ? 2 : 0));
      const expected = expectedOf(bytes.toString());
      for (let at = 0; at <= bytes.length; at++) {
        const scanner = new EnvelopeScanner(ENVELOPE);
        scanner.push(bytes.subarray(0, at));
        scanner.push(bytes.subarray(at));
        const kept = Object.fromEntries(scanner.end());
        if (!isDeepStrictEqual(kept, expected)) wrong.push({ at, bytes: bytes.toString(), kept, expected });
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  }, 300_000);

  it('is found behind a text of megabytes, cut anywhere', () => {
    const text = JSON.stringify({ result: { content: [{ text: '漢"\\🚀'.repeat(200_000) }], isError: true }, id: 7 });
    const bytes = Buffer.from(text);
    for (let at = 1; at < bytes.length; at += 37_117) {
      expect(keptOf(bytes.subarray(0, at), bytes.subarray(at))).toEqual({ result: true, isError: true, id: '7' });
    }
  });

  it('does not look into values that are not named', () => {
    const inner = '{"id":99,"method":"fake","isError":true,"name":"fake"}';
    const text = `{"id":1,"result":{"content":[${inner},"\\"id\\":5"],"structuredContent":${inner}}}`;
    expect(keptOf(text)).toEqual({ id: '1', result: true });
  });

  it('tells the id 1 from the id "1", and a large id from its neighbour', () => {
    expect(keptOf('{"id":1,"method":"m"}')['id']).toBe('1');
    expect(keptOf('{"id":"1","method":"m"}')['id']).toBe('"1"');
    expect(keptOf('{"id":9007199254740993,"method":"m"}')['id']).toBe('9007199254740993');
  });

  it('reads escaped names, and the last of two members of one name', () => {
    expect(keptOf('{"\\u0069d":1,"id":2,"m\\u0065thod":"a\\u00e9"}')).toEqual({ id: '2', method: 'aé' });
  });

  it('keeps nothing of what is no whole message', () => {
    for (const text of [
      '',
      'noise',
      '{"id":1',
      '{"id":"',
      '[communication] {"id":1}',
      '\ufeff',
      '}}}',
      '"text"',
      '12',
    ]) {
      expect(keptOf(text)).toEqual({});
    }
  });

  it('stands ten megabytes of open brackets', () => {
    expect(keptOf(`{"id":1,"result":${'['.repeat(10_000_000)}`)).toEqual({});
    expect(keptOf('{"id":2,"method":"next"}')).toEqual({ id: '2', method: 'next' });
  });

  it('leaves out a value that is longer than any name', () => {
    expect(keptOf(`{"id":1,"method":"${'x'.repeat(600)}"}`)).toEqual({ id: '1' });
  });
});
