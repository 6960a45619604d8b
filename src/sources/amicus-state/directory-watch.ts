import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename } from 'node:path';

/**
 * Hears of changes of one file by watching its folder. A watch on the file itself goes silent at the first atomic
 * replacement, because it follows the file that was replaced.
 *
 * A hint, not a promise: network and container mounts may tell nothing, so somebody must look now and then anyway.
 */
export class DirectoryWatch {
  readonly #directory: string;
  readonly #fileName: string;
  readonly #onChange: () => void;
  #watcher: FSWatcher | undefined;
  #watched: string | undefined;

  constructor(directory: string, fileName: string, onChange: () => void) {
    this.#directory = directory;
    this.#fileName = fileName;
    this.#onChange = onChange;
  }

  /** Watches, if it does not yet; and watches anew when the folder was replaced. False when it cannot. */
  ensure(): boolean {
    const folder = folderSignature(this.#directory);
    if (this.#watcher !== undefined && folder === this.#watched) return true;
    this.close();
    if (folder === undefined) return false;
    try {
      this.#watcher = watch(this.#directory, { persistent: false }, (_event, name) => this.#hear(name));
    } catch {
      return false;
    }
    this.#watched = folder;
    this.#watcher.on('error', () => this.close());
    return true;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
  }

  #hear(name: string | null): void {
    // The folder itself was removed or renamed: what comes in its place must be watched anew.
    if (name === basename(this.#directory)) this.#watched = undefined;
    if (name === null || name === this.#fileName) this.#onChange();
  }
}

function folderSignature(directory: string): string | undefined {
  try {
    const stats = statSync(directory, { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
