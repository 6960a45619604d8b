import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { clusterKey } from '../model/identity.ts';

/** `clusterKey()` of two folders as they are named, links resolved where they exist. */
export function clusterKeyOf(directory: string, metricsDirectory: string): string {
  const context = resolve(directory);
  const metrics = resolve(metricsDirectory);
  return context === metrics ? '.' : clusterKey(realPath(context), realPath(metrics));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
