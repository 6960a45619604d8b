import { join, resolve } from 'node:path';

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The person's home folder, by the environment alone: a run without one reads nobody's history. */
export function homeFolder(environment: Environment): string | undefined {
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  return home === undefined || home === '' ? undefined : home;
}

/** Folders named in a variable (several with commas), else those below the home folder. */
export function placesOf(environment: Environment, variable: string, ...belowHome: readonly string[]): string[] {
  const named = environment[variable]?.trim();
  if (named !== undefined && named !== '') return named.split(',').map((path) => resolve(path.trim()));
  const home = homeFolder(environment);
  return home === undefined ? [] : belowHome.map((path) => join(home, path));
}
