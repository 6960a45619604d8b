import { execFile } from 'node:child_process';
import { isSafePath } from './safe-path.ts';

const TIMEOUT_MILLIS = 120_000;
/** More of a command's output than this is cut. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Commands that may run, each with the first arguments it needs and the options it may have. No shell is involved. */
const ALLOWED: readonly { readonly command: string; readonly start: readonly string[]; readonly options: RegExp }[] = [
  { command: 'git', start: ['status'], options: /^(--short|--porcelain|--branch)$/ },
  { command: 'git', start: ['diff'], options: /^(--stat|--numstat|--name-only|--cached)$/ },
  { command: 'git', start: ['log'], options: /^(--oneline|--stat|-n|-\d{1,3})$/ },
  { command: 'ls', start: [], options: /^-[al1]{1,3}$/ },
  { command: 'npm', start: ['test'], options: /^$/ },
  { command: 'npm', start: ['run', 'test'], options: /^$/ },
  { command: 'npm', start: ['run', 'lint'], options: /^$/ },
  { command: 'npm', start: ['run', 'build'], options: /^$/ },
  { command: 'pytest', start: [], options: /^(-q|-x|-v)$/ },
  { command: 'node', start: ['--version'], options: /^$/ },
];

export type CommandAnswer = { readonly exitCode: number; readonly output: string };

/** True for a command of the list whose further arguments are listed options or paths inside the workspace. */
export function isSafeCommand(workspace: string, command: string, args: readonly string[]): boolean {
  return ALLOWED.some((allowed) => {
    if (allowed.command !== command || !allowed.start.every((word, index) => args[index] === word)) return false;
    const rest = args.slice(allowed.start.length);
    return rest.every((arg) => (arg.startsWith('-') ? allowed.options.test(arg) : isSafePath(workspace, arg)));
  });
}

/** Runs a command that was found safe and gives back what it printed. A command that fails is an answer, not an error. */
export async function runCommand(workspace: string, command: string, args: readonly string[]): Promise<CommandAnswer> {
  return new Promise((resolve) => {
    const limits = { cwd: workspace, timeout: TIMEOUT_MILLIS, maxBuffer: MAX_OUTPUT_BYTES, shell: false };
    const child = execFile(command, [...args], limits, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : (child.exitCode ?? 1);
      resolve({ exitCode, output: [stdout, stderr].filter((part) => part !== '').join('\n') });
    });
    child.stdin?.end();
  });
}
