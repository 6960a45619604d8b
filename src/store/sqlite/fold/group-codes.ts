/** More combinations of codes than this in one chunk are numbered as they occur. */
const MOST_DENSE = 2 ** 20;

/** What tells the rows of a chunk apart: a code each, from 0 up to `size`. */
export type GroupCodes = {
  readonly codes: Uint16Array | Int32Array;
  readonly size: number;
  /** What the code stands for, the same in all chunks. Asked only for codes that occur. */
  readonly groupOf: (code: number) => number;
};

/**
 * The codes of several fields as one.
 *
 * @param groupOf The group of numbers, one for each field.
 */
export function combined(
  rows: number,
  fields: readonly GroupCodes[],
  groupOf: (numbers: readonly number[]) => number,
): GroupCodes {
  const size = fields.reduce((product, field) => product * field.size, 1);
  const codes = new Int32Array(rows);
  if (size <= MOST_DENSE) {
    for (const field of fields) {
      for (let i = 0; i < rows; i++) codes[i] = (codes[i] as number) * field.size + (field.codes[i] as number);
    }
    return { codes, size, groupOf: (code) => groupOf(numbersOf(code, fields)) };
  }
  // Two at a time: a pair of codes of up to 65,535 each is one number.
  const firsts = new Int32Array(rows);
  for (const field of fields) {
    const codeOf = new Map<number, number>();
    for (let i = 0; i < rows; i++) {
      const pair = (codes[i] as number) * field.size + (field.codes[i] as number);
      let code = codeOf.get(pair);
      if (code === undefined) {
        code = codeOf.size;
        codeOf.set(pair, code);
        firsts[code] = i;
      }
      codes[i] = code;
    }
  }
  const numbersAt = (row: number) => fields.map((field) => field.groupOf(field.codes[row] as number));
  return { codes, size: rows, groupOf: (code) => groupOf(numbersAt(firsts[code] as number)) };
}

function numbersOf(code: number, fields: readonly GroupCodes[]): number[] {
  const numbers: number[] = [];
  let rest = code;
  for (const field of fields.toReversed()) {
    numbers.push(field.groupOf(rest % field.size));
    rest = Math.floor(rest / field.size);
  }
  return numbers.reverse();
}
