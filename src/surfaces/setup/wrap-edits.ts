import { basename } from 'node:path';
import { lineOf, type ServerEntry, type WrittenText } from './server-entry.ts';
import type { TextEdit } from './text-edit.ts';

/** What stands before a server's own command line: how this program is started, `wrap`, its options, and `--`. */
export function wrapPrefix(launcher: readonly string[], options: readonly string[]): readonly string[] {
  return [...launcher, 'wrap', ...options, '--'];
}

/** How many words of a command line are ours; 0 when it is not wrapped. */
export function wrappedWords(line: readonly string[]): number {
  const verb = line.findIndex(
    (word, i) => word === 'wrap' && /^amicus-metrics(?:\.js|\.cmd|@[\w.-]+)?$/.test(basename(line[i - 1] ?? '')),
  );
  const end = verb < 0 ? -1 : line.indexOf('--', verb);
  return end < 0 || end + 1 >= line.length ? 0 : end + 1;
}

/**
 * Edits that put words before a server's command line. They insert and replace as little as they can, in the way the
 * file is written, so that undoing them gives back the same bytes.
 *
 * @param beforeAddedArgs What leads to a list of arguments where there is none.
 */
export function wrapEdits(
  text: string,
  entry: ServerEntry,
  prefix: readonly string[],
  beforeAddedArgs: string,
): readonly TextEdit[] {
  const { command, args } = entry;
  const [program = '', ...words] = prefix;
  if (command === undefined) return args === undefined ? [] : [insertion(text, args, prefix.map(quoted))];
  const rest = [...words.map(quoted), written(text, command)];
  const replaced = { offset: command.offset, length: command.length, text: quoted(program) };
  if (args === undefined) {
    // Written without spaces, which is how the undoing knows that the list is ours.
    return [{ ...replaced, text: `${replaced.text}${beforeAddedArgs}[${rest.join(',')}]` }];
  }
  return [replaced, insertion(text, args, rest)];
}

/** Edits that take our words away again. */
export function unwrapEdits(text: string, entry: ServerEntry, beforeAddedArgs: string): readonly TextEdit[] {
  const { command, args } = entry;
  const count = wrappedWords(lineOf(entry));
  if (count === 0 || args === undefined) return [];
  const { items } = args;
  if (command === undefined) return [removal(items, count)];
  const own = items[count - 1];
  if (own === undefined) return [];
  const program = written(text, own);
  const commandEnd = command.offset + command.length;
  const added = `${beforeAddedArgs}[${items.map((item) => written(text, item)).join(',')}]`;
  if (items.length === count && items.length > 1 && text.startsWith(added, commandEnd)) {
    return [{ offset: command.offset, length: command.length + added.length, text: program }];
  }
  return [{ offset: command.offset, length: command.length, text: program }, removal(items, count)];
}

function insertion(text: string, list: NonNullable<ServerEntry['args']>, words: readonly string[]): TextEdit {
  const [first] = list.items;
  if (first === undefined) return { offset: list.offset + 1, length: 0, text: words.join(', ') };
  // What stands between the bracket and the first item stands between all of them, where they have lines of their own.
  const space = text.slice(list.offset + 1, first.offset);
  const gap = /^\s*\n\s*$/.test(space) ? space : ' ';
  return { offset: first.offset, length: 0, text: words.map((word) => `${word},${gap}`).join('') };
}

/** Takes away the first so many items, with what stands between them and the next one. */
function removal(items: readonly WrittenText[], count: number): TextEdit {
  const from = items[0]?.offset ?? 0;
  const last = items[count - 1];
  const to = items[count]?.offset ?? (last === undefined ? from : last.offset + last.length);
  return { offset: from, length: to - from, text: '' };
}

/** Valid in JSON and in TOML. */
function quoted(word: string): string {
  return JSON.stringify(word);
}

function written(text: string, { offset, length }: WrittenText): string {
  return text.slice(offset, offset + length);
}
