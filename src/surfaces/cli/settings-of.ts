import { type Config, loadConfig } from '../../config/index.ts';
import type { CommandContext } from './context.ts';

/** The configuration of the folder of this run. */
export function configOfRun(context: Pick<CommandContext, 'directory' | 'env' | 'cwd'>): Config {
  return loadConfig({ directory: context.directory, environment: context.env, workingDirectory: context.cwd });
}
