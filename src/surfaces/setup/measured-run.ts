import { basename } from 'node:path';
import { clientSetups } from '../../sources/otlp/client-setup.ts';
import { NODE_VARIABLE, resourceAttributes, TASK_VARIABLE } from '../proxy/known-beforehand.ts';

/** What a client is called on the command line, where that is not its name. */
const COMMANDS: Readonly<Record<string, string>> = {
  claude: 'claude-code',
  gemini: 'gemini-cli',
  copilot: 'copilot-cli',
  qwen: 'qwen-code',
};

export type RunRequest = {
  readonly command: string;
  readonly args: readonly string[];
  readonly node: string | undefined;
  readonly task: string | undefined;
  /** Where the receiver is. */
  readonly address: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** A command as it is to be run. */
export type MeasuredRun = {
  readonly args: readonly string[];
  /** Variables to set beside those that are there. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the person should know, one sentence each. */
  readonly notes: readonly string[];
};

/**
 * A client's command with its telemetry switched on for this run, and with whose work it is. What the environment says
 * already stays as it is, except the node and the task.
 */
export function measuredRun(request: RunRequest): MeasuredRun {
  const { command, node, task, environment } = request;
  const client = clientOf(command);
  const setup = clientSetups(request.address).find((known) => known.client === client);
  const wanted = new Map((setup?.lines ?? []).flatMap(exported));
  const variables: Record<string, string> = {};
  const notes: string[] = [];
  for (const [name, value] of wanted) {
    const present = environment[name];
    if (present === undefined || present === '') variables[name] = value;
    else if (present !== value) notes.push(`${name} is set already and stays as it is.`);
  }
  const attributes = resourceAttributes(environment['OTEL_RESOURCE_ATTRIBUTES']);
  if (node !== undefined) attributes.set('amicus.node_id', (variables[NODE_VARIABLE] = node));
  if (task !== undefined) attributes.set('amicus.task_id', (variables[TASK_VARIABLE] = task));
  if (attributes.size > 0) {
    variables['OTEL_RESOURCE_ATTRIBUTES'] = [...attributes].map(([name, value]) => `${name}=${value}`).join(',');
  }
  const overrides = client === 'codex' ? configOverrides(setup?.lines ?? []) : [];
  if (setup === undefined)
    notes.push(`${basename(command)} is no client that is known here; only the node and task are set.`);
  return { args: [...overrides, ...request.args], variables, notes };
}

/** The client that a command line starts, by the name of its program. */
function clientOf(command: string): string {
  const name = basename(command).replace(/\.(?:exe|cmd|ps1|js)$/i, '');
  return (Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined) ?? name;
}

/** The variables of a line of shell: `export A=1 B=2`. */
function exported(line: string): [string, string][] {
  if (!line.startsWith('export ')) return [];
  return line
    .slice('export '.length)
    .split(' ')
    .flatMap((pair): [string, string][] => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(pair) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    });
}

/** Codex reads no variables for its telemetry; it takes lines of its configuration as arguments. */
function configOverrides(lines: readonly string[]): string[] {
  const [table] = /(?<=^\[)[^\]]+/.exec(lines[0] ?? '') ?? [];
  return lines.slice(1).flatMap((line) => {
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : ['-c', `${table}.${key}=${value}`];
  });
}
