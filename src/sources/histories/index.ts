import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { geminiCli } from './gemini-cli.ts';
import type { Environment } from './home-folder.ts';
import type { LineHistory } from './line-history.ts';
import { newLines } from './new-lines.ts';
import { openCode } from './opencode.ts';
import { qwenCode } from './qwen-code.ts';
import type { NewPart, Reading } from './reading.ts';

/** What a client keeps of its sessions, as `amicus-metrics import --from` and `up` read it. */
export type History = {
  /** The client's name, as in the field `client`. */
  readonly name: string;
  /** One sentence: what is read. */
  readonly doc: string;
  /** Where it lies on a machine with this environment; most places may not exist. */
  places(environment: Environment): readonly string[];
  /** What is new in a place. Looks and does not read. */
  look(place: string, reading: Reading): NewPart[];
};

const ofLines = (history: LineHistory): History => ({
  name: history.name,
  doc: history.doc,
  places: (environment) => history.places(environment),
  look: (place, reading) => newLines(history, place, reading),
});

/** Every client whose history is read. A new one is a file beside this one and a line here. */
export const HISTORIES: readonly History[] = [
  ...[claudeCode, codex, geminiCli, copilotCli, qwenCode].map(ofLines),
  openCode,
];
