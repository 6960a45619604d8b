import type { Tone } from './terminal/style.ts';

export type StateFinding = { readonly text: string; readonly tone: Tone | undefined };

export async function stateFileFindings(_directory: string): Promise<readonly StateFinding[]> {
  return [];
}
