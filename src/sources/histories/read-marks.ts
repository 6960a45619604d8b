import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isObject } from '../amicus-state/read-value.ts';
import { writePrivateFile } from '../private-file.ts';
import type { HistoryMemory } from './line-history.ts';

/** Far more than the marks of any history; a larger file is not ours. */
const MAX_BYTES = 256 * 1024 * 1024;
const VERSION = 1;

/** How far a file was read, and by what it is known again. */
export type ReadMark = {
  readonly ino: number;
  /** Size and time of change when it was read: while both stay, nothing is new. */
  readonly sizeBytes: number;
  readonly mtimeMillis: number;
  /** Where the next reading begins. */
  readonly offset: number;
  /** Hash of the bytes right before the offset: a file that was written anew in place does not have them. */
  readonly before: string;
  /** Something before the end waits to be finished. */
  readonly waits: boolean;
  readonly memory: HistoryMemory;
};

/** The marks of all files, kept in the metrics folder. Readable by their owner only, for paths tell what one works on. */
export class ReadMarks {
  readonly #path: string;
  readonly #marks: Map<string, ReadMark>;
  #sinceMillis: number | undefined;
  #changed = false;

  /** @param name What tells marks of different readers apart, each of which reads for itself. */
  constructor(directory: string, name: string) {
    this.#path = join(directory, `agent-histories.${name}.json`);
    const kept = readMarks(this.#path);
    this.#marks = kept.files;
    this.#sinceMillis = kept.since;
  }

  /** A moment that stays what it was when it was first asked for, over restarts. */
  since(millis: number): number {
    if (this.#sinceMillis === undefined) {
      this.#sinceMillis = millis;
      this.#changed = true;
    }
    return this.#sinceMillis;
  }

  get(path: string): ReadMark | undefined {
    return this.#marks.get(path);
  }

  set(path: string, mark: ReadMark): void {
    this.#marks.set(path, mark);
    this.#changed = true;
  }

  /** @returns False when the marks could not be written: what was read will be read again, and known for a copy. */
  save(): boolean {
    if (!this.#changed) return true;
    const files = Object.fromEntries(this.#marks);
    const text = JSON.stringify({ version: VERSION, since: this.#sinceMillis, files });
    const saved = writePrivateFile(this.#path, text, 'replace');
    this.#changed = !saved;
    return saved;
  }
}

type Kept = { readonly files: Map<string, ReadMark>; readonly since: number | undefined };

function readMarks(path: string): Kept {
  const parsed = readJson(path);
  if (!isObject(parsed) || parsed['version'] !== VERSION || !isObject(parsed['files'])) {
    return { files: new Map(), since: undefined };
  }
  const entries = Object.entries(parsed['files']).filter((entry): entry is [string, ReadMark] => isMark(entry[1]));
  const { since } = parsed;
  return { files: new Map(entries), since: typeof since === 'number' ? since : undefined };
}

function isMark(value: unknown): value is ReadMark {
  if (!isObject(value)) return false;
  const numbers = [value['ino'], value['sizeBytes'], value['mtimeMillis'], value['offset']];
  return (
    numbers.every((number) => typeof number === 'number' && number >= 0) &&
    typeof value['before'] === 'string' &&
    typeof value['waits'] === 'boolean' &&
    isObject(value['memory'])
  );
}

function readJson(path: string): unknown {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    return stats.isFile() && stats.size <= MAX_BYTES ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
