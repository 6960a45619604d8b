import { closeSync, constants, fdatasync, ftruncateSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FRAME_KIND, frameOf } from '../store/spool/frame.ts';
import { type SegmentHeader, segmentName } from '../store/spool/spool-folder.ts';

const sync = promisify(fdatasync);
const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;

/** One spool file of this process, open for appending. Every call may throw what the file system throws. */
export class SegmentFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #inode: number;
  sizeBytes = 0;

  constructor(folder: string, header: SegmentHeader, part: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, segmentName(header, part));
    this.#descriptor = openSync(this.path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
    this.#inode = statSync(this.path).ino;
    this.append(frameOf(FRAME_KIND.header, Buffer.from(JSON.stringify(header))));
  }

  /**
   * Append whole frames, or nothing: what a full disk let through of them is cut off again, so that a torn frame
   * never hides the good ones behind it.
   */
  append(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      this.sizeBytes += written;
    } catch (cause) {
      if (written > 0) ftruncateSync(this.#descriptor, this.sizeBytes);
      throw cause;
    }
  }

  /** False when the file was deleted, moved or replaced: then what is written goes nowhere. */
  isInPlace(): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Resolves when everything appended so far survives a power cut. */
  sync(): Promise<void> {
    return sync(this.#descriptor);
  }

  /** Tell readers that nothing follows, and close. */
  end(): void {
    try {
      this.append(frameOf(FRAME_KIND.end, Buffer.alloc(0)));
    } finally {
      closeSync(this.#descriptor);
    }
  }
}
