import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { isGone, run, start, type Running, wrapped } from '../../support/wrapped-process.ts';

const node = (script: string): string[] => [process.execPath, '-e', script];

/** Resolves with what has been printed once it holds a text. */
function printed(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    stream.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.includes(wanted)) resolve(text);
    });
  });
}

async function startStubborn(folder: string, more = ''): Promise<Running & { readonly serverPid: number }> {
  const script = `for (const s of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(s, () => console.log('got ' + s)); ${more}
    process.stdin.resume(); setInterval(() => {}, 1000); console.log('pid ' + process.pid + '.')`;
  const running = start(wrapped(node(script)), join(folder, '.ai'));
  const text = await printed(running.child.stdout, '.');
  return { ...running, serverPid: Number(/pid (\d+)/.exec(text)?.[1]) };
}

describe('the end of a server behind the proxy', () => {
  it('passes SIGTERM, SIGINT and SIGHUP on, and lives as long as the server does', async () => {
    const { child, seen, serverPid } = await startStubborn(temporaryFolder());
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const got = printed(child.stdout, `got ${signal}`);
      child.kill(signal);
      await got;
    }
    expect(child.exitCode).toBeNull();
    process.kill(serverPid, 'SIGKILL');
    expect(await seen).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('leaves no server behind when it is killed itself, not even one that ignores everything', async () => {
    const { child, seen, serverPid } = await startStubborn(temporaryFolder());
    child.kill('SIGKILL');
    await seen.catch(() => undefined);
    await expect.poll(() => isGone(serverPid)).toBe(true);
  });

  it('ends the server when it is killed itself', async () => {
    const running = start(
      wrapped(node(`process.stdin.resume(); console.log('pid ' + process.pid + '.')`)),
      temporaryFolder(),
    );
    const text = await printed(running.child.stdout, '.');
    const pid = Number(/pid (\d+)/.exec(text)?.[1]);
    running.child.kill('SIGKILL');
    await expect.poll(() => isGone(pid)).toBe(true);
  });

  it('leaves nothing behind when the client is killed', async () => {
    const folder = temporaryFolder();
    const server = `for (const s of ['SIGTERM', 'SIGHUP']) process.on(s, () => {});
      require('fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));
      process.stdin.resume(); setInterval(() => {}, 1000); console.log('up')`;
    const client = `const { spawn } = require('child_process'); const c = spawn(process.argv[1], process.argv.slice(2));
      c.stdout.on('data', () => console.log('proxy ' + c.pid + '.')); setInterval(() => {}, 1000)`;
    const running = start([...node(client), ...wrapped(node(server))], join(folder, '.ai'));
    const text = await printed(running.child.stdout, '.');
    running.child.kill('SIGKILL');
    const serverPid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => isGone(serverPid)).toBe(true);
    await expect.poll(() => isGone(Number(/proxy (\d+)/.exec(text)?.[1]))).toBe(true);
  });

  it('is seen in the middle of a message too', async () => {
    const script = `process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{"content":[', () => process.exit(9))`;
    const running = start(wrapped(node(script)), temporaryFolder());
    const seen = await running.seen;
    expect([seen.code, seen.stdout.toString()]).toEqual([9, '{"jsonrpc":"2.0","id":1,"result":{"content":[']);
  });

  it('is not put off by a process of the server that lives on', async () => {
    const running = start(wrapped(['sh', '-c', 'sleep 60 & echo up; exit 4']), temporaryFolder());
    const started = performance.now();
    expect(await new Promise((resolve) => running.child.once('exit', resolve))).toBe(4);
    expect(performance.now() - started).toBeLessThan(50_000);
  });

  it('shows the client that the server reads no more', async () => {
    const script = `require('fs').closeSync(0); console.log('closed'); setTimeout(() => {}, 300_000)`;
    const running = start(wrapped(node(script)), temporaryFolder());
    await printed(running.child.stdout, 'closed');
    const failed = new Promise((resolve) => running.child.stdin.once('error', resolve));
    const writing = setInterval(() => running.child.stdin.write('{}\n'), 20);
    expect(await failed).toMatchObject({ code: 'EPIPE' });
    clearInterval(writing);
  });

  it('shows the server that the client reads no more', async () => {
    const script = `process.stdout.on('error', () => process.exit(5)); setInterval(() => console.log('x'), 10)`;
    const running = start(wrapped(node(script)), temporaryFolder());
    running.child.stdout.once('data', () => running.child.stdout.destroy());
    expect((await running.seen).code).toBe(5);
  });

  it('says what could not be started, as a shell would', async () => {
    const seen = await run(wrapped(['no-such-server']), temporaryFolder());
    expect([seen.code, seen.stderr.toString()]).toEqual([127, expect.stringContaining('no-such-server')]);
    expect(existsSync('no-such-server')).toBe(false);
  });
});
