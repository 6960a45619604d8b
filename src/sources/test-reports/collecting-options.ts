import { basename } from 'node:path';

/** A command that writes a report as well, or nothing where its runner is not known. */
export function collectingCommand(command: readonly string[], reportPath: string): readonly string[] | undefined {
  const names = command.map((word) => basename(word).replace(/\.(exe|cmd|ps1|m?js)$/, ''));
  const isNode = names[0] === 'node' && command.includes('--test');
  if (isNode) {
    const [node = '', ...rest] = command;
    // Naming one reporter replaces the usual one, which must stay.
    const usual = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
    return [node, ...usual, '--test-reporter=junit', `--test-reporter-destination=${reportPath}`, ...rest];
  }
  if (names.includes('vitest')) {
    return [...command, '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  }
  if (names.includes('jest')) return [...command, '--json', `--outputFile=${reportPath}`];
  if (names.includes('pytest')) return [...command, `--junitxml=${reportPath}`];
  return undefined;
}
