import { DURATION_EXAMPLES, parseDuration } from '../../model/duration.ts';
import { CommandError } from './command-error.ts';

/** Parses a whole number of at least 1. */
export function parseCount(text: string, flag: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value > 0) return value;
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} needs a whole number above 0, and got "${text}".`,
    `For example ${flag} 20.`,
  );
}

/** Parses any number. */
export function parseFigure(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandError('WRONG_USAGE', `${flag} needs a number, and got "${text}".`, `For example ${flag} 300.`);
}

/** Parses a length of time into milliseconds; months have no fixed length and are refused. */
export function parseMillis(text: string, flag: string): number {
  const duration = parseDuration(text);
  if (duration !== undefined && duration.months === 0 && duration.micros > 0) return duration.micros / 1_000;
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} needs a length of time, and got "${text}".`,
    `For example ${flag} 60s; also ${DURATION_EXAMPLES.replaceAll("'", '')}.`,
  );
}

/** Parses one of a closed list of words. */
export function parseWord<const Word extends string>(words: readonly Word[]): (text: string, flag: string) => Word {
  return (text, flag) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new CommandError('WRONG_USAGE', `${flag} does not know "${text}".`, `Choose one of ${words.join(', ')}.`);
  };
}

/** Splits a list written with commas; empty parts are left out. */
export function parseNames(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
