import { type ChildProcess, execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The official suites, both of which know something that the other does not. */
export const SUITES = ['0.1.16', '0.2.0-alpha.12'] as const;

/** Installs packages from npm into a folder of their own. */
export function installPackages(folder: string, packages: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], {
    cwd: folder,
    stdio: 'inherit',
  });
  return folder;
}

/** Checks of the suite by name, without what changes from run to run: `tools-list 0 tools-list`, `SUCCESS`. */
export async function suiteResults(
  installed: string,
  url: string,
  output: string,
  options: readonly string[] = [],
): Promise<Map<string, string>> {
  const program = join(installed, 'node_modules', '.bin', 'conformance');
  // The suite ends with 1 when a check fails, which is a result as well.
  await promisify(execFile)(process.execPath, [program, 'server', '--url', url, '-o', output, ...options]).catch(
    () => undefined,
  );
  const results = new Map<string, string>();
  for (const folder of readdirSync(output)) {
    const scenario = folder.replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    const checks = JSON.parse(readFileSync(join(output, folder, 'checks.json'), 'utf8')) as Record<string, unknown>[];
    for (const [i, { id, status, errorMessage }] of checks.entries()) {
      // Ports and ids of sessions are new each time.
      const message = (typeof errorMessage === 'string' ? errorMessage : '').replaceAll(
        /:\d{4,5}|[0-9a-f]{8}-[0-9a-f-]{27}/g,
        '',
      );
      results.set(`${scenario} ${i} ${String(id)}`, `${String(status)} ${message}`.trim());
    }
  }
  return results;
}

/** Waits until a process has said something, and gives all that it said until then. */
export function said(stream: NodeJS.ReadableStream | null, wanted: string): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    stream?.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.includes(wanted)) resolve(text);
    });
  });
}

/** Ends a process. */
export async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'close');
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
