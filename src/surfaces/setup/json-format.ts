import { parse, parseTree, type Node, type ParseError } from 'jsonc-parser';
import type {
  ConfigurationFormat,
  FoundServers,
  OtherServer,
  ServerEntry,
  WrittenList,
  WrittenText,
} from './server-entry.ts';

/** Where servers stand in a file: names of members; `*` is each member. */
export type ServersAt = readonly string[];

const OPTIONS = { allowTrailingComma: true } as const;

/** JSON, with comments and trailing commas as most clients allow them. */
export function jsonFormat(places: readonly ServersAt[]): ConfigurationFormat {
  return {
    beforeAddedArgs: ', "args": ',
    find: (text) => {
      const errors: ParseError[] = [];
      const root = parseTree(text, errors, OPTIONS);
      if (root === undefined || root.type !== 'object' || errors.length > 0) return undefined;
      const servers = places.flatMap((place) => nodesAt(root, place)).flatMap(membersOf);
      const entries: ServerEntry[] = [];
      const others: OtherServer[] = [];
      for (const [name, node] of servers) {
        const entry = entryOf(name, node);
        if ('why' in entry) others.push(entry);
        else entries.push(entry);
      }
      return { entries, others, rest: restOf(text, places) };
    },
  };
}

function entryOf(name: string, node: Node): ServerEntry | OtherServer {
  const members = new Map(membersOf(node));
  const command = members.get('command');
  if (command === undefined) {
    const isHttp = ['url', 'httpUrl', 'serverUrl'].some((key) => members.has(key));
    return { name, why: isHttp ? 'http' : 'unreadable' };
  }
  // OpenCode has the whole command line in one list.
  if (command.type === 'array') {
    const line = listOf(command);
    return line === undefined || line.items.length === 0
      ? { name, why: 'unreadable' }
      : { name, command: undefined, args: line };
  }
  const program = textOf(command);
  const args = members.get('args');
  const list = args === undefined ? undefined : listOf(args);
  if (program === undefined || (args !== undefined && list === undefined)) return { name, why: 'unreadable' };
  return { name, command: program, args: list };
}

function textOf(node: Node): WrittenText | undefined {
  if (node.type !== 'string') return undefined;
  return { offset: node.offset, length: node.length, value: String(node.value) };
}

function listOf(node: Node): WrittenList | undefined {
  if (node.type !== 'array') return undefined;
  const items = (node.children ?? []).map(textOf);
  const texts = items.filter((item) => item !== undefined);
  return texts.length === items.length ? { offset: node.offset, length: node.length, items: texts } : undefined;
}

function membersOf(node: Node): [string, Node][] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children }): [string, Node][] => {
    const [key, value] = children ?? [];
    return key === undefined || value === undefined ? [] : [[String(key.value), value]];
  });
}

function nodesAt(node: Node, [key, ...deeper]: ServersAt): Node[] {
  if (key === undefined) return [node];
  return membersOf(node)
    .filter(([name]) => key === '*' || name === key)
    .flatMap(([, value]) => nodesAt(value, deeper));
}

/** The file as a value, without the command lines of its servers. */
function restOf(text: string, places: readonly ServersAt[]): FoundServers['rest'] {
  const value: unknown = parse(text, [], OPTIONS);
  const without = (inner: unknown, [key, ...deeper]: ServersAt): void => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const [name, member] of Object.entries(inner)) {
      if (key !== undefined) {
        if (key === '*' || key === name) without(member, deeper);
      } else if (typeof member === 'object' && member !== null) {
        Reflect.deleteProperty(member, 'command');
        Reflect.deleteProperty(member, 'args');
      }
    }
  };
  for (const place of places) without(value, place);
  return value;
}
