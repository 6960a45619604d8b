import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The content of a state file, as a test writes it. */
export type StateDocument = Readonly<Record<string, unknown>>;

/** Puts a state file in place as Amicus does: a temporary file, then a rename. Its modification time is set. */
export function replaceState(directory: string, content: StateDocument | string | Uint8Array, atSeconds: number): void {
  mkdirSync(directory, { recursive: true });
  const temporaryPath = join(directory, 'state.tmp');
  const isText = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(temporaryPath, isText ? content : JSON.stringify(content));
  utimesSync(temporaryPath, atSeconds, atSeconds);
  renameSync(temporaryPath, join(directory, 'state.json'));
}
