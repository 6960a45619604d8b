import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';

import { findFiles } from './find-files.ts';
import type { HistoryFile, LineHistory } from './line-history.ts';
import type { ReadMark } from './read-marks.ts';
import type { NewPart, Reading } from './reading.ts';

/** Left alone for so long, a file is not being written: nothing more comes of what is unfinished. */
const SETTLED_MILLIS = 60_000;
/** By so many bytes before the mark a file is known again. */
const KNOWN_BYTES = 64;
const NOTHING_BEFORE = '';

/** The files of a place that hold lines nobody read yet. Costs a look at each file and opens none. */
export function newLines(history: LineHistory, place: string, reading: Reading): NewPart[] {
  const { files, unreadable } = findFiles(history, place);
  reading.counts.unreadable += unreadable;
  const parts: NewPart[] = [];
  for (const file of files) {
    reading.counts.files += 1;
    const isForeign = reading.workspaces.length > 0 && !mayBeOf(history, file, reading.workspaces);
    const stats = isForeign ? undefined : lstatSync(file.path, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile()) continue;
    const mark = reading.marks.get(file.path);
    if (isRead(stats, mark, reading)) continue;
    parts.push({
      path: file.path,
      sizeBytes: Math.max(0, stats.size - (mark?.offset ?? 0)),
      madeMillis: stats.birthtimeMs,
      read: () => readFile(history, file, reading),
    });
  }
  return parts;
}

function mayBeOf(history: LineHistory, file: HistoryFile, workspaces: readonly string[]): boolean {
  return workspaces.some((workspace) => history.mayBeOf?.(file, workspace) ?? true);
}

function isRead(stats: Stats, mark: ReadMark | undefined, reading: Reading): boolean {
  if (mark === undefined) return stats.mtimeMs < reading.fromMillis;
  const same = mark.ino === stats.ino && mark.sizeBytes === stats.size && mark.mtimeMillis === stats.mtimeMs;
  return same && !(mark.waits && isSettled(stats, reading));
}

const isSettled = (stats: Stats, reading: Reading): boolean => reading.nowMillis() - stats.mtimeMs > SETTLED_MILLIS;

function* readFile(history: LineHistory, file: HistoryFile, reading: Reading): Generator<undefined, void> {
  const { marks, scanner, counts } = reading;
  let descriptor: number | undefined;
  try {
    // Not through a link that took its place, and not from a pipe that would make us wait.
    descriptor = openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return;
    const known = marks.get(file.path);
    const goesOn = known !== undefined && isSameFile(descriptor, stats, known);
    const found = { elsewhere: false };
    const sink = reading.sink(() => (found.elsewhere = true));
    const parser = history.open(file, goesOn ? known.memory : {}, sink);
    const lines = scanner.scan(descriptor, goesOn ? known.offset : 0, (bytes, start, end, offset) =>
      parser.take(bytes, start, end, offset),
    );
    counts.filesRead += 1;
    let step = lines.next();
    for (; step.done !== true && !found.elsewhere; step = lines.next()) yield undefined;
    if (step.done !== true) {
      // Somebody else's session: nothing more of it is read until all sessions are asked for.
      counts.elsewhere += 1;
      marks.set(file.path, { ...markOf(descriptor, stats, stats.size, false), memory: {} });
      return;
    }
    const { end, rest } = step.value;
    const settled = isSettled(stats, reading);
    // A last line without a line feed that is whole all the same; it stays unread as far as the mark goes.
    if (settled && rest.length > 0 && rest.at(-1) === 0x7d) parser.take(rest, 0, rest.length, end);
    parser.pause(settled);
    const offset = parser.heldFrom ?? end;
    const waits = !settled && offset < stats.size;
    if (waits) counts.waiting += 1;
    marks.set(file.path, { ...markOf(descriptor, stats, offset, waits), memory: parser.memory() });
  } catch {
    counts.unreadable += 1;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isSameFile(file: number, stats: Stats, mark: ReadMark): boolean {
  return mark.ino === stats.ino && stats.size >= mark.offset && mark.before === hashBefore(file, mark.offset);
}

function markOf(file: number, stats: Stats, offset: number, waits: boolean): Omit<ReadMark, 'memory'> {
  const { ino, size, mtimeMs } = stats;
  return { ino, sizeBytes: size, mtimeMillis: mtimeMs, offset, waits, before: hashBefore(file, offset) };
}

function hashBefore(file: number, offset: number): string {
  const length = Math.min(offset, KNOWN_BYTES);
  if (length === 0) return NOTHING_BEFORE;
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset - length);
  return hash('sha256', bytes).slice(0, 16);
}
