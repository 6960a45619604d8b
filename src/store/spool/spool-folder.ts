import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** The folder of spool files, in a context folder. */
const SPOOL_FOLDER = 'metrics.spool';
const SUFFIX = '.spool';
const LEAVE = '.left';

/** Who writes a spool file: the JSON of its first frame. */
export type SegmentHeader = {
  readonly version: 1;
  /** Random, for each process or worker thread that records. */
  readonly producer: string;
  readonly pid: number;
  /** Kernel's start time of the process, where it can be read: tells a process from a later one with the same pid. */
  readonly processStart?: string | undefined;
  /** The space that the pid is a number in, where the kernel tells: a container has its own, under the same host name too. */
  readonly pidSpace?: string | undefined;
  readonly host: string;
  readonly startedMicros: number;
};

export type SegmentFile = {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMillis: number;
};

/** `<start in microseconds>-<pid>-<producer>-<part>.spool`: sorts by start, unique without coordination. */
export function segmentName(header: SegmentHeader, part: number): string {
  return `${header.startedMicros}-${header.pid}-${header.producer}-${String(part).padStart(6, '0')}${SUFFIX}`;
}

/** The name by which a writer is asked to leave its file and begin the next; nothing of the file changes. */
export const toLeaveName = (name: string): string => `${name.slice(0, -SUFFIX.length)}${LEAVE}${SUFFIX}`;
export const toNameBefore = (name: string): string => name.replace(`${LEAVE}${SUFFIX}`, SUFFIX);
export const isToLeave = (name: string): boolean => name.endsWith(`${LEAVE}${SUFFIX}`);

export function spoolFolder(directory: string): string {
  return join(directory, SPOOL_FOLDER);
}

/** The spool files of a folder, oldest first; none when the folder is missing. Links are left out: nobody of ours makes one. */
export function listSegments(folder: string): SegmentFile[] {
  let names: string[];
  try {
    if (!lstatSync(folder).isDirectory()) return [];
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const segments: SegmentFile[] = [];
  for (const name of names.filter((entry) => entry.endsWith(SUFFIX)).sort()) {
    const path = join(folder, name);
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (info?.isFile()) segments.push({ name, path, sizeBytes: info.size, modifiedMillis: info.mtimeMs });
  }
  return segments;
}

/** Field 22 of /proc/<pid>/stat, counted behind the command name, which may hold spaces and brackets. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Which space the pids that this process sees are numbers in; `undefined` where there is only one. */
export function pidSpace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

/** After so long without a write, a file from another host or container is taken for abandoned: its process cannot be asked. */
const ABANDONED_MILLIS = 24 * 3_600_000;

/** Whether the writer of a file may still append to it. */
export function mayGrow(header: SegmentHeader, file: SegmentFile, nowMillis: number): boolean {
  if (header.host !== hostname() || header.pidSpace !== pidSpace()) {
    return nowMillis - file.modifiedMillis < ABANDONED_MILLIS;
  }
  try {
    process.kill(header.pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const start = processStart(header.pid);
  return start === undefined || header.processStart === undefined || start === header.processStart;
}
