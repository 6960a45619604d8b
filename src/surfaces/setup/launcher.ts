import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * How a client can start this program: by its name where that is on the search path, else by this Node and this file.
 *
 * @param started The file that this process was started with.
 */
export function launcherOf(searchPath: string | undefined, started: string): readonly string[] {
  const names = process.platform === 'win32' ? ['amicus-metrics.cmd', 'amicus-metrics.exe'] : ['amicus-metrics'];
  const folders = (searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  const isThere = folders.some((folder) => names.some((name) => isRunnable(join(folder, name))));
  return isThere ? ['amicus-metrics'] : [process.execPath, realpathSync(started)];
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
