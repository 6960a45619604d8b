import { parseHeaderList } from './header-list.ts';

/** What a setting's value may be: how it is read, and how to say what would be right. */
export type ValueKind<Value> = {
  /** The value, or `undefined` when it is not of this kind. Text comes from variables and options, the rest from files. */
  readonly read: (given: unknown) => Value | undefined;
  /** Ends the sentence "it must be …". */
  readonly expected: string;
};

/** Long enough for every path and every list of names; short enough to be shown. */
const MAX_TEXT_LENGTH = 4_096;
const MAX_LIST_ENTRIES = 256;

const CONTROL_CHARACTER = /\p{Cc}/u;

/** One line of printable text. */
export function text(expected: string, maxLength = MAX_TEXT_LENGTH): ValueKind<string> {
  return {
    expected,
    read: (given) => {
      if (typeof given !== 'string') return undefined;
      const value = given.trim();
      return value === '' || value.length > maxLength || CONTROL_CHARACTER.test(value) ? undefined : value;
    },
  };
}

/** A secret that goes into an HTTP header; exporters disagree on whether they decode percents, so there are none. */
export const token: ValueKind<string> = {
  expected: '16 to 256 letters, digits and any of . _ ~ -',
  read: (given) => (typeof given === 'string' && /^[\w.~-]{16,256}$/.test(given) ? given : undefined),
};

/** The address of a server. A password in it would be shown wherever the address is. */
export const webAddress: ValueKind<string> = {
  expected: 'an address such as "http://127.0.0.1:4318", without a user or password in it',
  read: (given) => {
    if (typeof given !== 'string' || given.length > MAX_TEXT_LENGTH || !URL.canParse(given.trim())) return undefined;
    const { protocol, username, password } = new URL(given.trim());
    const isWeb = protocol === 'http:' || protocol === 'https:';
    return isWeb && username === '' && password === '' ? given.trim() : undefined;
  },
};

/** Headers of a request, as one text. */
export const headerList: ValueKind<string> = {
  expected: 'headers as name=value, separated by commas, such as "authorization=Bearer%20…"',
  read: (given) => (typeof given === 'string' && parseHeaderList(given) !== undefined ? given : undefined),
};

/** Names; in a variable or an option separated by commas or spaces. */
export function list(expected: string): ValueKind<readonly string[]> {
  const readText = text(expected);
  return {
    expected,
    read: (given) => {
      const parts = typeof given === 'string' ? given.split(/[\s,]+/).filter((part) => part !== '') : given;
      if (!Array.isArray(parts) || parts.length > MAX_LIST_ENTRIES) return undefined;
      const values = parts.map((part) => readText.read(part)).filter((value) => value !== undefined);
      return values.length === parts.length ? values : undefined;
    },
  };
}

/** A whole number within bounds, both included. */
export function whole(min: number, max: number): ValueKind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    read: (given) => {
      const value = typeof given === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(given) ? Number(given) : given;
      return Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined;
    },
  };
}

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A size in bytes: a number of bytes, or a number with a unit ("100MB", "64 MiB"). */
export function size(minBytes: number, maxBytes: number): ValueKind<number> {
  return {
    expected: `a size from ${formatSize(minBytes)} to ${formatSize(maxBytes)}, such as "100MB" or "64MiB"`,
    read: (given) => {
      const bytes = typeof given === 'string' ? parseSize(given) : given;
      return Number.isSafeInteger(bytes) && Number(bytes) >= minBytes && Number(bytes) <= maxBytes
        ? Number(bytes)
        : undefined;
    },
  };
}

function parseSize(given: string): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]{0,3})\s*$/i.exec(given) ?? [];
  const bytesPerUnit = BYTES_PER_UNIT[unit.toLowerCase()];
  return digits === undefined || bytesPerUnit === undefined ? undefined : Math.round(Number(digits) * bytesPerUnit);
}

/** Bytes in the largest unit that keeps the number exact: `100 MB`, `1.5 MB`, `1234 B`. */
export function formatSize(bytes: number): string {
  for (const [unit, bytesPerUnit] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= bytesPerUnit && Number.isInteger((bytes / bytesPerUnit) * 10))
      return `${bytes / bytesPerUnit} ${unit}`;
  }
  return `${bytes} B`;
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return {
    expected: `one of ${words.map((word) => `"${word}"`).join(', ')}`,
    read: (given) => words.find((word) => word === given),
  };
}

/** A time zone by its IANA name. */
export const timeZoneName: ValueKind<string> = {
  expected: 'the name of a time zone, such as "UTC" or "Europe/Berlin"',
  read: (given) => {
    if (typeof given !== 'string' || given.trim() === '') return undefined;
    try {
      return new Intl.DateTimeFormat('en', { timeZone: given.trim() }).resolvedOptions().timeZone;
    } catch {
      return undefined;
    }
  },
};
