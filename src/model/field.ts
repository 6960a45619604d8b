/** What kind of thing a field holds. From the kind follow the check, the column, the rollup and what privacy lets pass. */
export const FIELD_KINDS = [
  /** An identifier with many values (task, request). Kept as it is; never a rollup dimension. */
  'id',
  /** A name with few values (node, role, model, tool). Kept; a rollup dimension. */
  'name',
  /** One of a closed list of words. A rollup dimension. */
  'one_of',
  /** True or false. A rollup dimension. */
  'flag',
  /** A whole number of things, 0 or more. */
  'count',
  /** A whole number that may be negative. */
  'delta',
  /** An amount in a unit, 0 or more, kept as a fixed-point integer. */
  'measure',
  /** A list of names, such as files. */
  'names',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** Units of measures; also the last word of the field's name, except for US dollars (`_usd`). */
export const UNITS = ['ms', 'seconds', 'usd', 'bytes'] as const;
export type Unit = (typeof UNITS)[number];

/**
 * Steps kept per unit. Milliseconds and seconds are kept to the microsecond; dollars to the nano-dollar, because one
 * request to a small model costs a few micro-dollars and a sum of rounded ones would be off. Sums are sums of integers.
 */
const STEPS_PER_UNIT: Readonly<Record<Unit, number>> = { ms: 1_000, seconds: 1_000_000, usd: 1_000_000_000, bytes: 1 };

/** Longest identifier or name, in UTF-16 code units. Node ids are about ten; the longest known request ids are under 80. */
export const MAX_NAME_LENGTH = 128;
/** Longest entry of a list of names: a file path. */
export const MAX_LISTED_NAME_LENGTH = 256;
/** Most entries kept of a list of names; the rest is cut and counted. */
export const MAX_LISTED_NAMES = 256;
/** Largest whole number that JavaScript and SQLite's JSON both keep exactly. */
const MAX_STEPS = Number.MAX_SAFE_INTEGER;
/** Largest fixed-point amount, in steps: 31 years in microseconds, a million dollars. */
const MAX_MEASURE_STEPS = 1e15;

/** A declared field. Immutable; made by the functions below. */
export type Field<Value = unknown, Required extends boolean = boolean> = {
  readonly kind: FieldKind;
  readonly required: Required;
  /** One sentence for the reference page: meaning, what is included, where it starts. */
  readonly doc: string;
  readonly unit?: Unit | undefined;
  /** Stored integer = value × scale. 1 for everything but measures. */
  readonly scale: number;
  /** Bounds of the value, in the field's own unit. */
  readonly min: number;
  readonly max: number;
  /** The words of a `one_of`. */
  readonly words: readonly string[];
  /** Never read: carries the type of the value. */
  readonly valueType?: Value;
};

/** A field of a metric, with a type that no longer matters. */
export type AnyField = Field<unknown, boolean>;

/** True for fields that group and filter at rollup level. */
export function isDimension(field: Pick<AnyField, 'kind'>): boolean {
  return field.kind === 'name' || field.kind === 'one_of' || field.kind === 'flag';
}

/** True for fields that are summed. */
export function isNumeric(field: Pick<AnyField, 'kind'>): boolean {
  return field.kind === 'count' || field.kind === 'delta' || field.kind === 'measure';
}

const NO_BOUNDS = { scale: 1, min: 0, max: 0, words: [] } as const;

/** An identifier: at most 128 characters, printable. */
export function id(doc: string): Field<string, false> {
  return { kind: 'id', required: false, doc, ...NO_BOUNDS };
}

/** A name with few values: at most 128 characters, printable. */
export function name(doc: string): Field<string, false> {
  return { kind: 'name', required: false, doc, ...NO_BOUNDS };
}

/** One of a closed list of words. */
export function oneOf<const Words extends readonly string[]>(words: Words, doc: string): Field<Words[number], false> {
  return { kind: 'one_of', required: false, doc, ...NO_BOUNDS, words };
}

/** True or false. */
export function flag(doc: string): Field<boolean, false> {
  return { kind: 'flag', required: false, doc, ...NO_BOUNDS };
}

/** A whole number of things, 0 to 2^53 − 1. */
export function count(doc: string): Field<number, false> {
  return { kind: 'count', required: false, doc, scale: 1, min: 0, max: MAX_STEPS, words: [] };
}

/** A whole number that may be negative. */
export function delta(doc: string): Field<number, false> {
  return { kind: 'delta', required: false, doc, scale: 1, min: -MAX_STEPS, max: MAX_STEPS, words: [] };
}

/** An amount in a unit, 0 or more; kept to the microsecond, nano-dollar or byte. */
export function measure(unit: Unit, doc: string): Field<number, false> {
  const scale = STEPS_PER_UNIT[unit];
  return { kind: 'measure', required: false, doc, unit, scale, min: 0, max: MAX_MEASURE_STEPS / scale, words: [] };
}

/** A list of names: at most 256, each at most 256 characters, printable. */
export function names(doc: string): Field<readonly string[], false> {
  return { kind: 'names', required: false, doc, ...NO_BOUNDS };
}

/** The same field, without which an event is refused. */
export function required<Value>(field: Field<Value>): Field<Value, true> {
  return { ...field, required: true };
}
