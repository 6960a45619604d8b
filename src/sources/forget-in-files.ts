import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from './amicus-state/read-value.ts';
import { writePrivateFile } from './private-file.ts';

/** Larger than any of these files, which have bounds of their own. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What watchers of a cluster know of its nodes and tasks, and how far histories of clients were read. */
const BASELINE = /^amicus-state(?:\.[0-9a-f]{12})?\.baseline\.json$/;
const READ_MARKS = /^agent-histories\.[^/]*\.json$/;

/**
 * Take ids out of what sources keep in the metrics folder between runs. A source that runs writes what it knows again.
 * Of a history, the whole mark goes: it is read from its beginning then, and what it tells is known.
 *
 * @param how `look` to change nothing.
 * @returns Names of files in which one of the ids stands, and goes.
 */
export function forgetInFiles(metricsDirectory: string, ids: readonly string[], how: 'look' | 'remove'): string[] {
  return namesIn(metricsDirectory).filter((name) => {
    const path = join(metricsDirectory, name);
    const written = readJson(path);
    const rest = READ_MARKS.test(name) ? withoutMarks(written, ids) : withoutIds(written, ids);
    const text = JSON.stringify(rest);
    if (written === undefined || text === JSON.stringify(written)) return false;
    return how === 'look' || writePrivateFile(path, text, 'replace');
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => BASELINE.test(name) || READ_MARKS.test(name));
  } catch {
    return [];
  }
}

function readJson(path: string): unknown {
  try {
    const stats = lstatSync(path);
    return stats.isFile() && stats.size <= MAX_BYTES ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** Without members and items that are one of the ids, and without pairs `[id, what is known of it]`. */
function withoutIds(value: unknown, ids: readonly string[]): unknown {
  const isGone = (one: unknown): boolean => ids.includes((Array.isArray(one) ? one[0] : one) as string);
  if (Array.isArray(value)) return value.filter((item) => !isGone(item)).map((item) => withoutIds(item, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => !ids.includes(member as string))
      .map(([key, member]) => [key, withoutIds(member, ids)]),
  );
}

/** Without files whose path holds one of the ids, or of which one is remembered. */
function withoutMarks(value: unknown, ids: readonly string[]): unknown {
  if (!isObject(value) || !isObject(value['files'])) return value;
  const files = Object.entries(value['files']).filter((entry) => {
    const text = JSON.stringify(entry);
    return !ids.some((id) => text.includes(JSON.stringify(id).slice(1, -1)));
  });
  return { ...value, files: Object.fromEntries(files) };
}
