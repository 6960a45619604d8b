/** Rows of a block that is full. Larger ones are hardly denser, and a question reads more of them in vain. */
export const BLOCK_ROWS = 16_384;
/** A last block with fewer rows takes in what comes next. */
const UNDER_FILLED_ROWS = BLOCK_ROWS / 2;
/** So many rows at the end of a metric's history are worth a block of their own. */
const ENOUGH_ROWS = BLOCK_ROWS / 4;
/** Rows that are read at once with those of the block they go into; codes have room for twice as many. */
export const MOST_ROWS_AT_ONCE = 2 * BLOCK_ROWS - 1;

/** A block as far as the plan needs it. */
export type PlannedBlock = { readonly t0: number; readonly t1: number; readonly n: number };

/** What lies about the first row that is to be sealed. */
export type SealSite<Block extends PlannedBlock> = {
  /** Stored time of that row. */
  readonly first: number;
  /** The last block that begins at or before it, and the first that begins after it. */
  readonly before: Block | undefined;
  readonly after: Block | undefined;
};

/** Which rows to seal, with which block. */
export type SealUnit<Block extends PlannedBlock> = {
  readonly merged: Block | undefined;
  /** At most so many rows of the typed table, all of them before `upTo`. */
  readonly most: number;
  readonly upTo: number;
  /** Fewer rows are left where they are, unless they fill the block; 0 when any number is sealed. */
  readonly least: number;
};

/**
 * What to seal at a site. Late rows go into the block whose times they fall into, or beside it; the end of a history
 * waits until it fills a block, or is old.
 *
 * @param sealBefore Rows from this stored time on stay.
 * @param isOld The first row is so old that it is sealed with however many there are.
 */
export function planUnit<Block extends PlannedBlock>(
  { first, before, after }: SealSite<Block>,
  sealBefore: number,
  isOld: boolean,
): SealUnit<Block> {
  const upTo = Math.min(sealBefore, after?.t0 ?? Number.POSITIVE_INFINITY);
  if (before !== undefined && before.t1 > first) {
    return { merged: before, most: MOST_ROWS_AT_ONCE - before.n, upTo, least: 0 };
  }
  const merged = before !== undefined && before.n < UNDER_FILLED_ROWS ? before : undefined;
  const most = BLOCK_ROWS - (merged?.n ?? 0);
  return { merged, most, upTo, least: after !== undefined || isOld ? 0 : ENOUGH_ROWS };
}

/** How many rows each block gets when so many become blocks: equal parts, none over a block's. */
export function partsOf(rows: number): readonly number[] {
  const blocks = Math.ceil(rows / BLOCK_ROWS);
  return Array.from(
    { length: blocks },
    (_, i) => Math.floor(((i + 1) * rows) / blocks) - Math.floor((i * rows) / blocks),
  );
}
