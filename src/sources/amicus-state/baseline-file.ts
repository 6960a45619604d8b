import { hash } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { decodeBaseline, encodeBaseline } from './baseline.ts';
import type { ClusterMemory } from './cluster-memory.ts';

/** Larger than any baseline of a cluster whose state file can be read. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The baseline of a cluster in the metrics folder. All watchers of one store share it: whoever comes later goes on
 * from where the others are, so that their counts of transitions agree.
 *
 * Replaced in one step, readable by its owner only, and not forced to the disk: after a power cut an older one leads
 * to events that were told before, which count once. Nothing here throws; what cannot be written is not written.
 */
export class BaselineFile {
  readonly path: string;
  readonly #key: string;
  /** What the file was when this watcher last read or wrote it. */
  #known: string | undefined;

  /** @param key `clusterKey()`. The usual one, `.`, has the plain name. */
  constructor(metricsDirectory: string, key: string) {
    this.#key = key;
    const suffix = key === '.' ? '' : `.${hash('sha256', key).slice(0, 12)}`;
    this.path = join(metricsDirectory, `amicus-state${suffix}.baseline.json`);
  }

  /** What is there now. Undefined without a file, and for one that cannot be understood. */
  read(): ClusterMemory | undefined {
    try {
      const stats = lstatSync(this.path);
      if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
      const memory = decodeBaseline(readFileSync(this.path, 'utf8'), this.#key);
      this.#known = signatureOf(stats);
      return memory;
    } catch {
      return undefined;
    }
  }

  /** What another watcher wrote since this one read or wrote. Costs one stat where there is nothing new. */
  readIfForeign(): ClusterMemory | undefined {
    try {
      if (signatureOf(lstatSync(this.path)) === this.#known) return undefined;
    } catch {
      return undefined;
    }
    return this.read();
  }

  /** Writes the first baseline, unless there is one: of several that start at once, one wins. False if it did not. */
  create(memory: ClusterMemory): boolean {
    return this.#write(memory, (temporaryPath) => linkSync(temporaryPath, this.path));
  }

  /** Replaces the baseline. False when it cannot be written. */
  save(memory: ClusterMemory): boolean {
    return this.#write(memory, (temporaryPath) => renameSync(temporaryPath, this.path));
  }

  #write(memory: ClusterMemory, place: (temporaryPath: string) => void): boolean {
    const temporaryPath = `${this.path}.${process.pid}-${threadId}.tmp`;
    try {
      rmSync(temporaryPath, { force: true });
      writeFileSync(temporaryPath, encodeBaseline(memory, this.#key), { flag: 'wx', mode: 0o600 });
      place(temporaryPath);
      this.#known = signatureOf(lstatSync(this.path));
      return true;
    } catch {
      return false;
    } finally {
      discard(temporaryPath);
    }
  }
}

/** Removes what a link has made a second name of, or what could not be put in its place. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A folder that cannot be written holds nothing of ours.
  }
}

function signatureOf(stats: { readonly ino: number; readonly size: number; readonly mtimeMs: number }): string {
  return `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}
