import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/model/clock.ts';
import { LineStream } from '../../../src/sources/mcp-proxy/message-stream.ts';
import { McpObserver } from '../../../src/sources/mcp-proxy/mcp-observer.ts';
import { pump } from '../../../src/surfaces/proxy/pump.ts';
import { SessionMaker } from '../../support/mcp-sessions.ts';
import type { Script } from '../../support/mcp-server-child.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { run, wrapped } from '../../support/wrapped-process.ts';

const SERVER = fileURLToPath(new URL('../../support/mcp-server-child.ts', import.meta.url));

/** Sends bytes through a pump with a listener, in pieces, to a reader that is slower now and then. */
async function throughPump(pieces: readonly Buffer[], overhear: (chunk: Buffer) => void): Promise<Buffer> {
  const from = new PassThrough({ highWaterMark: 64 });
  const to = new PassThrough({ highWaterMark: 16 });
  const got: Buffer[] = [];
  const pumped = new Promise<void>((resolve) => pump(from, to, overhear, resolve));
  to.on('data', (chunk: Buffer) => {
    got.push(chunk);
    if (got.length % 50 === 0) {
      to.pause();
      setImmediate(() => to.resume());
    }
  });
  for (const piece of pieces) from.write(piece);
  from.end();
  await pumped;
  await new Promise((resolve) => {
    to.once('end', resolve);
    to.end();
  });
  return Buffer.concat(got);
}

describe('bytes through the proxy', () => {
  it('are the same in 2,000 sessions of both eras, cut anywhere, and every call is told', async () => {
    const maker = new SessionMaker(7);
    for (let n = 0; n < 2_000; n++) {
      const session = maker.session();
      let told = 0;
      const observer = new McpObserver({
        clock: new SystemClock(),
        facts: {},
        trustsInstruments: true,
        emit: ({ metric, data }) => {
          if (metric === 'tool.called' && data['outcome'] === 'success') told += 1;
        },
        onAmicusCall: () => undefined,
      });
      const client = new LineStream((message, size) => observer.fromClient(message, size));
      const server = new LineStream((message, size) => observer.fromServer(message, size));
      const toServer = await throughPump(maker.pieces(session.client), (chunk) => client.push(chunk));
      const toClient = await throughPump(maker.pieces(session.server), (chunk) => server.push(chunk));
      expect([toServer.equals(session.client), toClient.equals(session.server), told]).toEqual([
        true,
        true,
        session.calls,
      ]);
    }
  }, 300_000);

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('are the same with real processes, and so is the end (%i)', async (seed) => {
    const maker = new SessionMaker(100 + seed);
    const folder = temporaryFolder();
    const { client, server } = maker.session();
    const output = maker.pieces(server).map((piece) => piece.toString('base64'));
    const errors = [Buffer.from(maker.text()), Buffer.from([0xff, 0x0a, 0x00])].map((piece) =>
      piece.toString('base64'),
    );
    const script = (name: string): string => {
      const content: Script = {
        output,
        errors,
        inputHash: join(folder, `${name}.hash`),
        code: [0, 1, 3, 42, 255][seed % 5] ?? 0,
        ...(seed >= 5 ? { signal: (['SIGTERM', 'SIGKILL', 'SIGABRT'] as const)[seed - 5] ?? 'SIGTERM' } : {}),
      };
      const path = join(folder, `${name}.json`);
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    const directory = join(folder, '.ai');
    const direct = await run([process.execPath, SERVER, script('direct')], directory, client);
    const through = await run(wrapped([process.execPath, SERVER, script('through')]), directory, client);
    expect(through).toEqual(direct);
    const hash = createHash('sha256').update(client).digest('hex');
    expect(readFileSync(join(folder, 'through.hash'), 'utf8')).toBe(hash);
  });
});
