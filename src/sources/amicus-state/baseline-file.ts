import { hash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../private-file.ts';
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
  /** What another watcher wrote last. */
  #foreign: ClusterMemory | undefined;

  /** @param key `clusterKey()`. The usual one, `.`, has the plain name. */
  constructor(metricsDirectory: string, key: string) {
    this.#key = key;
    const suffix = key === '.' ? '' : `.${hash('sha256', key).slice(0, 12)}`;
    this.path = join(metricsDirectory, `amicus-state${suffix}.baseline.json`);
  }

  /** What is there now. Undefined without a file, and for one that cannot be understood. */
  read(): ClusterMemory | undefined {
    try {
      const signature = this.#signature();
      const stats = lstatSync(this.path);
      if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
      const memory = decodeBaseline(readFileSync(this.path, 'utf8'), this.#key);
      this.#known = signature;
      return memory;
    } catch {
      return undefined;
    }
  }

  /** What is there, if another watcher wrote it. Costs one stat where there is nothing new. */
  readForeign(): ClusterMemory | undefined {
    const signature = this.#signature();
    if (signature !== undefined && signature !== this.#known) this.#foreign = this.read();
    return this.#foreign;
  }

  /** Writes the first baseline, unless there is one: of several that start at once, one wins. False if it did not. */
  create(memory: ClusterMemory): boolean {
    return this.#write(memory, 'create');
  }

  /** Replaces the baseline. False when it cannot be written. */
  save(memory: ClusterMemory): boolean {
    return this.#write(memory, 'replace');
  }

  #write(memory: ClusterMemory, how: 'replace' | 'create'): boolean {
    if (!writePrivateFile(this.path, encodeBaseline(memory, this.#key), how)) return false;
    this.#known = this.#signature();
    this.#foreign = undefined;
    return true;
  }

  #signature(): string | undefined {
    try {
      const { ino, size, mtimeMs } = lstatSync(this.path);
      return `${ino}:${size}:${mtimeMs}`;
    } catch {
      return undefined;
    }
  }
}
