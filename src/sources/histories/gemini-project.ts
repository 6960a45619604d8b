import { closeSync, constants, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { HistoryFile } from './line-history.ts';

/** Longer than any path that a system allows. */
const MAX_PATH_BYTES = 8_192;

/** The folder in which a chat's agent works, from the marker that Gemini CLI leaves beside its chats. */
export function geminiProjectFolder({ path, within }: HistoryFile): string | undefined {
  // `<project>/chats/…`: up from the file to the project's own folder.
  const depth = within.split('/').length - 1 - within.split('/').lastIndexOf('chats');
  let folder = path;
  for (let up = 0; up <= depth; up++) folder = dirname(folder);
  return readMarker(join(folder, '.project_root'));
}

function readMarker(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(MAX_PATH_BYTES);
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0)).trim();
    return text === '' || text.includes('\n') ? undefined : text;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
