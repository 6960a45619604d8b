import { seededRandom } from './seeded-random.ts';

/** One side's bytes, cut into the pieces in which they are written. */
export type SessionBytes = { readonly client: Buffer; readonly server: Buffer; readonly calls: number };

const WORDS = [
  'plain',
  'ünïcödé',
  '漢字かな',
  '👩‍💻🚀',
  'a"quote',
  'back\\slash',
  'line\nfeed',
  '\u0000\u001f',
  '{"id":9}',
  '}]',
];
const NOISE = ['[communication] backend: polling', 'not { json', '', '   ', '{"jsonrpc":"2.0","id":', '\ufeff'];

/** Random bytes of a session between an MCP client and its server, in either era, with everything odd that is allowed. */
export class SessionMaker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  text(): string {
    return Array.from({ length: this.below(6) }, () => this.pick(WORDS)).join(' ');
  }

  value(depth = 0): unknown {
    const kind = this.below(depth > 4 ? 5 : 8);
    if (kind < 2) return this.text();
    if (kind === 2) return this.below(1e9) / 7;
    if (kind === 3) return this.pick([true, false, null, 0, -1, 9_007_199_254_740_991, 1e300]);
    if (kind === 4) return {};
    if (kind === 5) return Array.from({ length: this.below(4) }, () => this.value(depth + 1));
    const keys = ['id', 'method', 'result', 'isError', 'name', 'taskId', 'key', '漢'];
    return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.pick(keys), this.value(depth + 1)]));
  }

  /** A request, answer or notification, its members in any order. */
  message(): Record<string, unknown> {
    const id = this.pick<string | number>([this.below(1_000), `id-${this.below(1_000)}`]);
    const kind = this.below(5);
    const members: [string, unknown][] = [['jsonrpc', '2.0']];
    if (kind < 4) members.push(['id', id]);
    if (kind === 0)
      members.push(['result', { content: this.value(), isError: this.pick([true, false]), more: this.value() }]);
    else if (kind === 1) members.push(['error', { code: -32_601, message: this.text(), data: this.value() }]);
    else {
      const params = {
        name: this.text(),
        arguments: this.value(),
        _meta: { callId: `call_${this.below(99)}`, x: this.value() },
      };
      members.push(['method', this.pick(['tools/call', 'ping', 'server/discover'])], ['params', params]);
    }
    return Object.fromEntries(members.sort(() => this.#random() - 0.5));
  }

  session(): SessionBytes {
    const client: string[] = [];
    const server: string[] = [];
    const end = (): string => this.pick(['\n', '\n', '\n', '\r\n']);
    let calls = 0;
    if (this.below(2) === 0) {
      client.push(
        JSON.stringify({ method: 'initialize', params: { clientInfo: { name: 'c', version: '1' } }, id: 'i' }) + end(),
      );
      server.push(
        JSON.stringify({ id: 'i', result: { serverInfo: { name: 's' }, capabilities: this.value() } }) + end(),
      );
    } else {
      client.push(JSON.stringify({ id: 'probe', method: 'server/discover', params: { _meta: {} } }) + end());
      server.push(JSON.stringify({ id: 'probe', result: { resultType: 'complete', supportedVersions: [] } }) + end());
    }
    for (let n = this.below(6); n > 0; n--) {
      const id = this.pick<string | number>([calls, `${calls}`]);
      calls += 1;
      const params = { name: 'tool', arguments: this.value() };
      client.push(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }) + end());
      if (this.below(3) === 0) server.push(this.pick(NOISE) + end());
      server.push(JSON.stringify({ result: { content: [this.value()], structuredContent: this.value() }, id }) + end());
      if (this.below(4) === 0) client.push(this.pick(NOISE) + end());
    }
    const last = this.pick(['', '', 'without a line end', '{"half":"']);
    const odd = this.below(8) === 0 ? [Buffer.from([0xff, 0xfe, 0x0a, 0xc3])] : [];
    return {
      client: Buffer.concat([Buffer.from(client.join('')), ...odd]),
      server: Buffer.concat([Buffer.from(server.join('') + last), ...odd]),
      calls,
    };
  }

  /** The same bytes in pieces cut anywhere, within characters too. */
  pieces(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + this.below(this.pick([3, 80, 4_000]));
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }
}
