import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from './private-file.ts';
import type { SourceNotice } from './source.ts';

/** What running sources last complained about, by source and code: how often, and when. */
export type NoticeBook = Readonly<
  Record<string, Readonly<Record<string, { readonly count: number; readonly atMicros: number }>>>
>;

const FILE_NAME = 'sources.notices.json';
/** Codes are of closed lists: this holds hundreds. */
const MAX_BYTES = 256 * 1024;

/**
 * The notices of the sources that a process runs, kept where another process can read them. Written only when a notice
 * comes, which happens at the 1st, 2nd, 4th … time of each.
 */
export class NoticeRecord {
  readonly #path: string;
  readonly #book: Record<string, Record<string, { count: number; atMicros: number }>> = {};

  constructor(metricsDirectory: string) {
    this.#path = join(metricsDirectory, FILE_NAME);
  }

  add(source: string, { code, count }: SourceNotice, atMicros: number): void {
    (this.#book[source] ??= {})[code] = { count, atMicros };
    writePrivateFile(this.#path, JSON.stringify(this.#book), 'replace');
  }
}

/** What the sources that ran last complained about. Empty where none did, and for a file that cannot be understood. */
export function readNotices(metricsDirectory: string): NoticeBook {
  try {
    const path = join(metricsDirectory, FILE_NAME);
    const stats = lstatSync(path);
    if (!stats.isFile() || stats.size > MAX_BYTES) return {};
    const book = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(book).map(([source, notices]) => [
        source,
        Object.fromEntries(Object.entries(notices).flatMap(checked)),
      ]),
    );
  } catch {
    return {};
  }
}

function checked([code, notice]: [string, unknown]): [string, { count: number; atMicros: number }][] {
  const { count, atMicros } = (notice ?? {}) as { count?: unknown; atMicros?: unknown };
  return typeof count === 'number' && typeof atMicros === 'number' ? [[code, { count, atMicros }]] : [];
}
