import { styleText } from 'node:util';

/** Words for what a text means; which colour that is, is decided here alone. */
export type Tone = 'strong' | 'quiet' | 'good' | 'warning' | 'bad' | 'accent';

const COLOURS = {
  strong: 'bold',
  quiet: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  accent: 'cyan',
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** Colours a text by its meaning, or leaves it as it is. */
export type Style = (tone: Tone, text: string) => string;

/** For pipes, files, NO_COLOR and `--no-color`. */
export const plainStyle: Style = (_tone, text) => text;

/** For terminals. */
export const colourStyle: Style = (tone, text) =>
  text === '' ? text : styleText(COLOURS[tone], text, { validateStream: false });

/**
 * Whether to colour: not in a pipe, not with `--no-color`, not with NO_COLOR set to anything (no-color.org) and not in
 * a dumb terminal; FORCE_COLOR other than 0 colours a pipe.
 */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  isTTY: boolean,
  noColourOption: boolean,
): boolean {
  if (noColourOption || (env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}
