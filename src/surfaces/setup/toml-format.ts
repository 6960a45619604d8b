import { parse } from 'smol-toml';
import type {
  ConfigurationFormat,
  FoundServers,
  OtherServer,
  ServerEntry,
  WrittenList,
  WrittenText,
} from './server-entry.ts';

const TABLE = 'mcp_servers';
const HEADER = /^[ \t]*\[[ \t]*mcp_servers[ \t]*\.[ \t]*(?:"([^"\\\n]+)"|'([^'\n]+)'|([A-Za-z0-9_-]+))[ \t]*\]/gm;
const ANY_HEADER = /^[ \t]*\[/gm;
const COMMAND = /^[ \t]*command[ \t]*=[ \t]*/m;
const ARGS = /^[ \t]*args[ \t]*=[ \t]*\[/m;
/** A string, a comment, or the end of a list, from wherever the last one ended. */
const TOKEN = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|\]/y;

/** The configuration of Codex: a table for each server. The file is parsed to be checked, and edited as text. */
export const TOML_FORMAT: ConfigurationFormat = {
  beforeAddedArgs: '\nargs = ',
  find(text) {
    let root: Record<string, unknown>;
    try {
      root = parse(text);
    } catch {
      return undefined;
    }
    const tables = root[TABLE];
    if (typeof tables !== 'object' || tables === null) return { entries: [], others: [], rest: root };
    const written = new Map(writtenTables(text));
    const entries: ServerEntry[] = [];
    const others: OtherServer[] = [];
    for (const [name, table] of Object.entries(tables as Record<string, unknown>)) {
      const values = (table ?? {}) as Record<string, unknown>;
      const entry = written.get(name);
      if (entry !== undefined && says(entry, values)) entries.push(entry);
      else others.push({ name, why: typeof values['url'] === 'string' ? 'http' : 'unreadable' });
    }
    return { entries, others, rest: restOf(root) };
  },
};

/** Whether what was found in the text is what the file means. */
function says({ command, args }: ServerEntry, values: Readonly<Record<string, unknown>>): boolean {
  const found = args?.items.map(({ value }) => value);
  return command?.value === values['command'] && JSON.stringify(found) === JSON.stringify(values['args']);
}

function writtenTables(text: string): [string, ServerEntry][] {
  return [...text.matchAll(HEADER)].flatMap((header): [string, ServerEntry][] => {
    const name = header[1] ?? header[2] ?? header[3] ?? '';
    const start = header.index + header[0].length;
    ANY_HEADER.lastIndex = start;
    const end = ANY_HEADER.exec(text)?.index ?? text.length;
    const body = text.slice(start, end);
    const command = COMMAND.exec(body);
    if (command === null) return [];
    const program = textAt(text, start + command.index + command[0].length);
    if (program === undefined) return [];
    const args = ARGS.exec(body);
    const list = args === null ? undefined : listAt(text, start + args.index + args[0].length - 1);
    return [[name, { name, command: program, args: list }]];
  });
}

function textAt(text: string, offset: number): WrittenText | undefined {
  TOKEN.lastIndex = offset;
  const [token] = TOKEN.exec(text) ?? [];
  return token === undefined ? undefined : writtenText(token, offset);
}

function writtenText(token: string, offset: number): WrittenText | undefined {
  if (!/^["']/.test(token)) return undefined;
  try {
    const { value } = parse(`value = ${token}`);
    return typeof value === 'string' ? { offset, length: token.length, value } : undefined;
  } catch {
    return undefined;
  }
}

function listAt(text: string, offset: number): WrittenList | undefined {
  const items: WrittenText[] = [];
  for (let at = offset + 1; at < text.length; at++) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === ']') return { offset, length: at + 1 - offset, items };
    if (token === undefined) {
      if (/[\s,]/.test(text[at] ?? '')) continue;
      return undefined;
    }
    const item = writtenText(token, at);
    if (item !== undefined) items.push(item);
    at += token.length - 1;
  }
  return undefined;
}

function restOf(root: Record<string, unknown>): FoundServers['rest'] {
  const copy = structuredClone(root);
  for (const table of Object.values(copy[TABLE] as Record<string, unknown>)) {
    if (typeof table !== 'object' || table === null) continue;
    Reflect.deleteProperty(table, 'command');
    Reflect.deleteProperty(table, 'args');
  }
  return copy;
}
