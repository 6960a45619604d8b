import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { listSegments, spoolFolder } from '../../spool/spool-folder.ts';

/** What a store takes on disk, in bytes. */
export type DiskUsage = {
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly spoolBytes: number;
  readonly spoolSegments: number;
  readonly totalBytes: number;
};

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** @param path The database file. */
export function diskUsage(path: string): DiskUsage {
  const segments = listSegments(spoolFolder(dirname(path)));
  const databaseBytes = bytesOf(path);
  const walBytes = bytesOf(`${path}-wal`);
  const spoolBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    databaseBytes,
    walBytes,
    spoolBytes,
    spoolSegments: segments.length,
    totalBytes: databaseBytes + walBytes + spoolBytes,
  };
}

/** Names of files that were set aside because they were damaged or foreign: databases and spool files. */
export function quarantinedFiles(path: string): string[] {
  const directory = dirname(path);
  return [directory, spoolFolder(directory)].flatMap((folder) => {
    try {
      return readdirSync(folder).filter((name) => /\.corrupt(-|$)/.test(name) && !/-(wal|shm)$/.test(name));
    } catch {
      return [];
    }
  });
}
