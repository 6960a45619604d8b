import { COMMANDS } from '../../src/surfaces/cli/commands/index.ts';
import { EXIT } from '../../src/surfaces/cli/exit-codes.ts';
import { flagOf } from '../../src/surfaces/cli/program.ts';
import { generatedFrom, type Page, table } from './page.ts';

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done; what was to be judged holds',
  failed: 'failed, or what was to be judged does not hold',
  usage: 'wrong usage',
  nothing: 'no store there, or nothing of that name in it',
  interrupted: 'ended by Ctrl-C before it was done',
};

export const cliPage: Page = {
  name: 'cli.md',
  async render() {
    const sections = await Promise.all(
      COMMANDS.map(async (entry) => {
        const command = await entry.load();
        const positional = Object.entries(command.arguments).map(([name, { shape }]) => {
          return { required: ` <${name}>`, optional: ` [${name}]`, rest: ` [${name}...]` }[shape];
        });
        const rows = [
          ...Object.entries(command.arguments).map(([name, { doc }]) => [`\`${name}\``, doc]),
          ...Object.entries(command.options).map(([key, option]) => {
            const short = option.short === undefined ? '' : `-${option.short}, `;
            const value = option.placeholder === undefined ? '' : ` ${option.placeholder}`;
            return [`\`${short}${flagOf(key)}${value}\``, option.doc];
          }),
        ];
        const examples = command.examples.map(({ line, doc }) => `# ${doc}\n${line}`).join('\n');
        return [
          `## ${entry.name}\n\n${entry.summary}.\n\n\`amicus-metrics ${entry.name}${positional.join('')}\`\n\n${command.description}\n`,
          rows.length === 0 ? '' : `\n${table(['', 'meaning'], rows)}`,
          examples === '' ? '' : `\n\`\`\`sh\n${examples}\n\`\`\`\n`,
        ].join('');
      }),
    );
    const exits = Object.entries(EXIT).map(([name, code]) => [String(code), EXIT_MEANINGS[name as keyof typeof EXIT]]);
    return `${generatedFrom('src/surfaces/cli/commands/')}# Command line

All commands take \`--dir\`, \`--json\`, \`--csv\`, \`--since\`, \`--until\`, \`--tz\` and \`--no-color\`, before or after the command's name.

${table(['exit code', 'meaning'], exits)}
${sections.join('\n')}`;
  },
};
