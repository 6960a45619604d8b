import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeContextFolder, makeInnerFolder } from '../store/own-folder.ts';
import { FRAME_KIND, frameOf } from '../store/spool/frame.ts';
import { type SegmentHeader, segmentName, spoolFolder, toLeaveName } from '../store/spool/spool-folder.ts';

const syncData = promisify(fdatasync);
const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;

/** One spool file of this process, open for appending. */
export class SegmentFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #inode: number;
  sizeBytes = 0;
  #isSound = true;
  /** Syncs run one after another, so that the file is never closed under one. */
  #syncing: Promise<void> = Promise.resolve();
  #isEntered = false;

  /** @throws what the file system reports; then no file is left behind. */
  constructor(directory: string, header: SegmentHeader, part: number, nowMicros: number) {
    const folder = spoolFolder(directory);
    makeContextFolder(directory);
    makeInnerFolder(folder, nowMicros);
    this.path = join(folder, segmentName(header, part));
    this.#descriptor = openSync(this.path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
    try {
      this.#inode = fstatSync(this.#descriptor).ino;
      this.append(frameOf(FRAME_KIND.header, Buffer.from(JSON.stringify(header))));
    } catch (cause) {
      closeSync(this.#descriptor);
      rmSync(this.path, { force: true });
      throw cause;
    }
  }

  /**
   * Append whole frames, or nothing: what a full disk let through of them is cut off again, so that a torn frame
   * never hides the good ones behind it.
   *
   * @throws what the file system reports.
   */
  append(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      this.sizeBytes += written;
    } catch (cause) {
      if (written > 0) this.#cutOff();
      throw cause;
    }
  }

  #cutOff(): void {
    try {
      ftruncateSync(this.#descriptor, this.sizeBytes);
    } catch {
      this.#isSound = false;
    }
  }

  /**
   * False when what is written here would go nowhere: the file was deleted, moved or replaced, ends in a torn frame,
   * or the disk failed to keep what it had taken.
   */
  isUsable(): boolean {
    return this.#isSound && statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** True when it was renamed so that its writer begins another: what is written here is read all the same. */
  isToBeLeft(): boolean {
    return this.#isSound && statSync(toLeaveName(this.path), { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Resolves when everything appended so far survives a power cut. Rejects with what the file system reports. */
  sync(): Promise<void> {
    const sync = this.#syncAfter(this.#syncing);
    this.#syncing = sync.catch(() => undefined);
    return sync;
  }

  async #syncAfter(earlier: Promise<void>): Promise<void> {
    await earlier;
    try {
      await syncData(this.#descriptor);
      if (!this.#isEntered) await syncFolder(dirname(this.path));
      this.#isEntered = true;
    } catch (cause) {
      this.#isSound = false;
      throw cause;
    }
  }

  /** Tell readers that nothing follows, make everything durable and close. Rejects when it could not be made durable. */
  end(): Promise<void> {
    try {
      if (this.#isSound) this.append(frameOf(FRAME_KIND.end, Buffer.alloc(0)));
    } catch {
      // The end mark only spares readers a look at the process table.
    }
    const sync = this.sync();
    return sync.finally(() => closeSync(this.#descriptor));
  }
}

/** A new file's entry in its folder needs a sync of its own. Where folders cannot be opened, the system sees to it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
}
