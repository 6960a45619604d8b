import type { OutputStream } from '../cli/context.ts';
import { printable } from '../cli/terminal/printable.ts';
import type { AlertMessage } from './alert-message.ts';

const ESCAPE = '\u001b';
const BELL = '\u0007';

/** Asks the terminal to notify its user (OSC 9); terminals that cannot do so ignore it. Nothing where there is none. */
export function tellTerminal(stream: OutputStream, { summary }: AlertMessage): void {
  if (stream.isTTY === true) stream.write(`${ESCAPE}]9;${printable(summary)}${BELL}`);
}
