import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
let built = false;

/** The command as users run it: from the built package, which is built anew once per run. */
export function builtCli(tell: (line: string) => void): string {
  if (!built) {
    tell('building the package');
    execFileSync('npm', ['run', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    built = true;
  }
  return join(ROOT, 'bin', 'amicus-metrics.js');
}

/** Peak resident memory of a process so far, in MiB; 0 where the kernel does not tell (only Linux does, here). */
export function peakMemoryMib(pid: number): number {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
