import { strangeParameters } from '../../analysis/detectors/strange-parameters.ts';
import { type Config, loadConfig } from '../../config/index.ts';
import type { ConfigError } from '../../model/errors.ts';
import type { CommandContext } from './context.ts';

/** The configuration of the folder of this run. */
export function configOfRun(context: Pick<CommandContext, 'directory' | 'env' | 'cwd'>): Config {
  return loadConfig({ directory: context.directory, environment: context.env, workingDirectory: context.cwd });
}

/** Detectors and parameters that the file sets and that there are not: only those know who run the detectors. */
export function strangersIn({ detectors, file }: Pick<Config, 'detectors' | 'file'>): readonly ConfigError[] {
  return strangeParameters(detectors, file ?? '');
}
