import type { ChildProcess } from 'node:child_process';

/** Signals with which others tell a server to end or to do something. The rest keeps its usual effect. */
const PASSED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/**
 * From now on, signals to this process go to the child, and this process ends only when the child has. A terminal
 * signals all of its processes itself, so Ctrl-C is not passed on a second time.
 *
 * @param onAfterEnd Called for a signal that comes when the child is gone already.
 */
export function passSignals(child: ChildProcess, onAfterEnd: () => void): void {
  for (const signal of PASSED) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (child.exitCode !== null || child.signalCode !== null) onAfterEnd();
      else if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
    });
  }
}
