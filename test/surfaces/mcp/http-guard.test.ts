import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JSON_TYPE, send } from '../../support/http-receiver.ts';
import { startMcp } from '../../support/mcp-asking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } },
});
const ACCEPT = { ...JSON_TYPE, accept: 'application/json, text/event-stream' };
const start = (settings = {}) => startMcp(join(temporaryFolder(), '.ai'), settings);

describe('the MCP server over HTTP', () => {
  it('answers programs of this machine, and pages that are its own', async () => {
    const { port } = await start();
    const own = { ...ACCEPT, host: `localhost:${port}` };
    expect((await send(port, '/mcp', own, INITIALIZE)).status).toBe(200);
    expect((await send(port, '/mcp', { ...own, origin: `http://localhost:${port}` }, INITIALIZE)).status).toBe(200);
  });

  it.each([
    [{ host: 'evil.example' }],
    [{ origin: 'http://evil.example' }],
    [{ origin: 'http://localhost:1' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
  ])('answers no stranger: %j', async (headers) => {
    const { port } = await start();
    expect((await send(port, '/mcp', { ...ACCEPT, host: `127.0.0.1:${port}`, ...headers }, INITIALIZE)).status).toBe(
      403,
    );
  });

  it('wants the token where there is one', async () => {
    const token = 'a-token-of-some-length';
    const { port } = await start({ token });
    const host = { ...ACCEPT, host: `127.0.0.1:${port}` };
    expect((await send(port, '/mcp', host, INITIALIZE)).status).toBe(401);
    expect((await send(port, '/mcp', { ...host, authorization: `Bearer ${token}` }, INITIALIZE)).status).toBe(200);
  });

  it('knows no sessions, and says so', async () => {
    const { port } = await start();
    const host = { ...ACCEPT, host: `127.0.0.1:${port}` };
    expect((await send(port, '/mcp', host, '', 'GET')).status).toBe(405);
    expect((await send(port, '/mcp', host, '', 'DELETE')).status).toBe(405);
  });

  it('refuses what is no message, and goes on', async () => {
    const { port } = await start();
    const host = { ...ACCEPT, host: `127.0.0.1:${port}` };
    for (const body of ['', '{', '[]', '"x"', '{"jsonrpc":"2.0"}']) {
      const { status } = await send(port, '/mcp', host, body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect((await send(port, '/mcp', host, INITIALIZE)).status).toBe(200);
  });

  it('takes bodies within bounds only', async () => {
    const { port } = await start();
    const host = { ...ACCEPT, host: `127.0.0.1:${port}` };
    expect((await send(port, '/mcp', host, Buffer.alloc(17 * 1024 * 1024, 0x20))).status).toBe(413);
  });

  it('gives each connection the node of its own address only, whatever a header says', async () => {
    const { port } = await start();
    const call = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_my_workload', arguments: {} },
    });
    const headers = { ...ACCEPT, host: `127.0.0.1:${port}`, 'x-amicus-node': 'Node-A' };
    const { body } = await send(port, '/mcp', headers, call);
    expect(body.toString()).toContain('Nobody told which node you are.');
  });
});
