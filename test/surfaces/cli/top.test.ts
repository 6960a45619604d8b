import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { storeOf } from '../../support/told-store.ts';
import { runInProcess, startInProcess } from '../../support/run-cli.ts';

const MAIN = fileURLToPath(new URL('../../../src/surfaces/cli/main.ts', import.meta.url));
/** The one of util-linux, which runs a command on a terminal of its own. */
const HAS_SCRIPT = String(spawnSync('script', ['--version']).stdout).includes('util-linux');
const OTHER_SCREEN = '\u001b[?1049h';
// oxlint-disable-next-line no-control-regex -- what a terminal would obey
const COLOUR = /\u001b\[3[0-9]m/;
const FIRST_SCREEN = '\u001b[?1049l';

async function openStore(): Promise<string> {
  const { directory } = await storeOf(
    [
      [0, 'node.registered', 'Node-A', { role: 'developer', model: 'example-large' }],
      [1, 'node.status', 'Node-A', { status: 'working' }],
    ],
    60,
  );
  return directory;
}

/** Runs `top` on a terminal until a node was drawn, then presses a key. */
async function runOnTerminal(directory: string, key: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn('script', ['-qec', `"${process.execPath}" "${MAIN}" --dir "${directory}" top`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color', AMICUS_METRICS_TIME_ZONE: 'UTC', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  let isDone = false;
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
    if (isDone || !text.includes('Node-A')) return;
    isDone = true;
    child.stdin.write(key);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, text };
}

describe('top', () => {
  it('says what to use instead where the output is no terminal', async () => {
    const { code, stderr, stdout } = await runInProcess(['--dir', '/nowhere', 'top']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('amicus-metrics status');
  });

  it('ends when it is told to from outside, and leaves the other screen', async () => {
    const directory = await openStore();
    const running = startInProcess(['--dir', directory, 'top'], { columns: 100 });
    await running.printed('Node-A');
    const { code, stdout } = await running.end();
    expect(code).toBe(0);
    expect(stdout.lastIndexOf(FIRST_SCREEN)).toBeGreaterThan(stdout.lastIndexOf(OTHER_SCREEN));
  });

  it.skipIf(!HAS_SCRIPT)('draws on the other screen, and q brings back the first', async () => {
    const directory = await openStore();
    const { code, text } = await runOnTerminal(directory, 'q', { FORCE_COLOR: '1' });
    expect(code).toBe(0);
    expect(text.indexOf(OTHER_SCREEN)).toBeGreaterThanOrEqual(0);
    expect(text.lastIndexOf(FIRST_SCREEN)).toBeGreaterThan(text.lastIndexOf(OTHER_SCREEN));
    expect(text).toMatch(COLOUR);
    // The cursor is there again.
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
  });

  it.skipIf(!HAS_SCRIPT)('leaves the terminal as it was after Ctrl-C, and colours nothing with NO_COLOR', async () => {
    const directory = await openStore();
    const { code, text } = await runOnTerminal(directory, '\u0003', { NO_COLOR: '1' });
    expect(code).toBe(0);
    expect(text.lastIndexOf(FIRST_SCREEN)).toBeGreaterThan(text.lastIndexOf(OTHER_SCREEN));
    expect(text).not.toMatch(COLOUR);
  });
});
