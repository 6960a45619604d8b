import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ids of the processes, other than this one, that have a text in their arguments or environment. Linux only. */
export function processesOf(text: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const told = readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/environ`, 'latin1');
      return told.includes(text) ? [pid] : [];
    } catch {
      // Ended meanwhile, or not ours to look at.
      return [];
    }
  });
}

/** Waits until no such process is left, at most so long; gives back what is left. */
export async function processesLeft(text: string, waitMillis: number): Promise<number[]> {
  const end = performance.now() + waitMillis;
  for (;;) {
    const left = processesOf(text);
    if (left.length === 0 || performance.now() > end) return left;
    await sleep(50);
  }
}
