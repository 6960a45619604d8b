import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Waits for the end of this process, which shows as the end of its input, and then ends a child that did not notice:
 * closing its input was the first sign, SIGTERM the second. Ignores what ends a group of processes together, except
 * what nobody can ignore, which ends the child as well.
 */
const SCRIPT = `trap '' TERM INT HUP
read -r _
sleep 0.2
kill -TERM "$1" 2>/dev/null || exit 0
sleep 2
kill -KILL "$1" 2>/dev/null`;

/** What keeps a server from outliving a proxy that was killed. */
export type OrphanGuard = { dismiss(): void };

/** Starts a guard over a process. Where there is no shell for it (Windows), servers end by the end of their input alone. */
export function guardAgainstOrphan(pid: number): OrphanGuard {
  if (process.platform === 'win32') return { dismiss: () => undefined };
  let guard: ChildProcess | undefined;
  try {
    guard = spawn('/bin/sh', ['-c', SCRIPT, 'amicus-metrics-guard', String(pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
    });
    guard.on('error', () => undefined);
    guard.unref();
    guard.stdin?.on('error', () => undefined);
  } catch {
    // No process to be had: the pipe itself is worth more than its guard.
  }
  return { dismiss: () => void guard?.kill('SIGKILL') };
}
