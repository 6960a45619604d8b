import { isDeepStrictEqual } from 'node:util';
import type { ClientFile } from './client-files.ts';
import { lineOf, type ServerEntry } from './server-entry.ts';
import { changedLines, type ChangedLines, type TextEdit, withEdits } from './text-edit.ts';
import { unwrapEdits, wrapEdits, wrappedWords, wrapPrefix } from './wrap-edits.ts';

/** What is to be done to servers: put `wrap` before them, or take it away. */
export type Aim =
  | {
      readonly undo: false;
      /** How clients start this program. */
      readonly launcher: readonly string[];
      /** Options of `wrap` that every server gets, beside its name. */
      readonly options: readonly string[];
    }
  | { readonly undo: true };

export const SERVER_STATES = [
  'wrap',
  'unwrap',
  'wrapped already',
  'not wrapped',
  'http',
  'unreadable',
  'not chosen',
] as const;
/** What becomes of one server: the first two change the file. */
export type ServerPlan = { readonly name: string; readonly state: (typeof SERVER_STATES)[number] };

/** What becomes of one file. */
export type FilePlan = {
  readonly client: string;
  readonly path: string;
  readonly servers: readonly ServerPlan[];
  readonly before: string;
  /** The same as before when there is nothing to do. */
  readonly after: string;
  readonly difference: readonly ChangedLines[];
  /** Why nothing is done to a file that would need it. */
  readonly problem?: 'not_parsed' | 'not_safe' | undefined;
};

/**
 * Plans the change of one file. The result is parsed and compared before it may be written: each command line must be
 * what was meant, and nothing else may differ; else the file is left alone.
 *
 * @param isChosen Which servers are meant, by name.
 */
export function planChange(file: ClientFile, before: string, aim: Aim, isChosen: (name: string) => boolean): FilePlan {
  const { client, path, format } = file;
  const nothing = { client, path, before, after: before, difference: [] };
  const found = format.find(before);
  if (found === undefined) return { ...nothing, servers: [], problem: 'not_parsed' };
  const edits: TextEdit[] = [];
  const servers: ServerPlan[] = [];
  const lines = new Map<ServerEntry, readonly string[]>();
  for (const entry of found.entries) {
    const line = lineOf(entry);
    const count = wrappedWords(line);
    const state = stateOf(aim, count > 0, isChosen(entry.name));
    servers.push({ name: entry.name, state });
    lines.set(entry, line);
    if (state === 'wrap' && !aim.undo) {
      const prefix = wrapPrefix(aim.launcher, [...aim.options, '--name', entry.name]);
      edits.push(...wrapEdits(before, entry, prefix, format.beforeAddedArgs));
      lines.set(entry, [...prefix, ...line]);
    } else if (state === 'unwrap') {
      edits.push(...unwrapEdits(before, entry, format.beforeAddedArgs));
      lines.set(entry, line.slice(count));
    }
  }
  servers.push(...found.others.map(({ name, why }): ServerPlan => ({ name, state: why })));
  if (edits.length === 0) return { ...nothing, servers };
  const after = withEdits(before, edits);
  const result = format.find(after);
  const isAsMeant =
    result !== undefined &&
    isDeepStrictEqual(result.rest, found.rest) &&
    isDeepStrictEqual(result.entries.map(lineOf), [...lines.values()]);
  if (!isAsMeant) return { ...nothing, servers, problem: 'not_safe' };
  return { client, path, servers, before, after, difference: changedLines(before, edits) };
}

function stateOf(aim: Aim, isWrapped: boolean, isChosen: boolean): ServerPlan['state'] {
  if (!isChosen) return 'not chosen';
  if (aim.undo) return isWrapped ? 'unwrap' : 'not wrapped';
  return isWrapped ? 'wrapped already' : 'wrap';
}
