import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Another process that writes all the time. */
export type BusyWriter = {
  /** Lets go of the lock for so long, unless it has let go already. @returns Whether it had not. */
  readonly leaveGap: (millis: number) => boolean;
  /** Resolves when it writes no more. */
  readonly end: () => Promise<void>;
};

const CHILD = fileURLToPath(new URL('locking-child.ts', import.meta.url));

/** Starts one that has the write lock of a database when this resolves. Ends with the test at the latest. */
export async function startBusyWriter(path: string): Promise<BusyWriter> {
  const child = fork(CHILD, [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  let hasLock = false;
  let gap: ReturnType<typeof setTimeout> | undefined;
  child.on('message', () => (hasLock = true));
  const end = async (): Promise<void> => {
    clearTimeout(gap);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exit;
  };
  onTestFinished(end);
  await once(child, 'message');
  return {
    leaveGap(millis) {
      if (!hasLock) return false;
      hasLock = false;
      child.send('let go');
      // By this process's own clock: however slow the machine, it has its turn before the gap is over.
      gap = setTimeout(() => child.send('take'), millis);
      return true;
    },
    end,
  };
}
