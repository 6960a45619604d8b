import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../scripts/reference/index.ts';
import { COMMANDS } from '../src/surfaces/cli/commands/index.ts';
import { flagOf } from '../src/surfaces/cli/program.ts';

const PLACES = ['.', 'docs', 'docs/decisions', 'docs/reference'];
const DOCUMENTS = PLACES.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);
const read = (path: string): string => readFileSync(path, 'utf8');

/** Lines of shell blocks that run our command, without prompt and comments. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => /(?:^|npx |npm exec -- )(amicus-metrics .*)$/.exec(line.trim())?.[1]?.replace(/\s#.*$/, ''))
    .filter((line) => line !== undefined);
}

const GLOBAL_FLAGS = ['--dir', '--json', '--csv', '--since', '--until', '--tz', '--no-color', '--help', '--version'];

describe('the documentation', () => {
  it.each(PAGES.map((page) => [page.name, page] as const))(
    'has an up-to-date docs/reference/%s',
    async (name, page) => {
      expect(read(join('docs/reference', name))).toBe(await page.render());
    },
  );

  it('links only to files that are there', () => {
    const broken = DOCUMENTS.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => join(dirname(path), target ?? ''))
        .filter((target) => !existsSync(target))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('shows only commands and options that exist', async () => {
    const wrong: string[] = [];
    for (const line of DOCUMENTS.flatMap((path) => commandLines(read(path)))) {
      const [, name = '', ...words] = line.split(/\s+/);
      const entry = COMMANDS.find((command) => command.name === name);
      if (name.startsWith('-')) continue;
      if (entry === undefined) {
        wrong.push(`no command: ${line}`);
        continue;
      }
      const command = await entry.load();
      const known = [...GLOBAL_FLAGS, ...Object.keys(command.options).map(flagOf)];
      const flags = words
        .filter((word) => word.startsWith('--') && word !== '--')
        .map((word) => word.split('=')[0] ?? '');
      for (const flag of flags) if (!known.includes(flag)) wrong.push(`no option ${flag}: ${line}`);
    }
    expect(wrong).toEqual([]);
  });

  it('names every command in the README', () => {
    const readme = read('README.md');
    expect(
      COMMANDS.map(({ name }) => name).filter(
        (name) => !readme.includes(`amicus-metrics ${name}`) && !readme.includes(`\`${name}\``),
      ),
    ).toEqual([]);
  });

  it('keeps AGENTS.md to twenty lines', () => {
    expect(read('AGENTS.md').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});
