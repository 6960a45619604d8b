/** Rows of a block that is full. Larger ones are hardly denser, and a question reads more of them in vain. */
export const BLOCK_ROWS = 16_384;
/** A last block with fewer rows takes in what comes next. */
const UNDER_FILLED_ROWS = BLOCK_ROWS / 2;
/** So many rows at the end of a metric's history are worth a block of their own. */
export const ENOUGH_ROWS = BLOCK_ROWS / 4;
/** Rows that are read at once with those of the block they go into; codes have room for twice as many. */
const MOST_ROWS_AT_ONCE = 2 * BLOCK_ROWS - 1;

/** A block as far as the plan needs it. */
export type PlannedBlock = { readonly t0: number; readonly t1: number; readonly n: number };

/** What lies about the first row that is to be sealed. */
export type SealSite<Block extends PlannedBlock> = {
  /** Stored time of that row. */
  readonly first: number;
  /** The last block that begins at or before it, and the first that begins after it. */
  readonly before: Block | undefined;
  readonly after: Block | undefined;
  /** Rows that may be sealed from there on, up to the block after it; counted to `BLOCK_ROWS` at most. */
  readonly waiting: number;
  /** The first row is so old that it is sealed with however many there are. */
  readonly isOld: boolean;
};

/** Which rows to seal: so many of those that wait, together with a block's. */
export type SealUnit<Block extends PlannedBlock> = { readonly merged: Block | undefined; readonly rows: number };

/**
 * What to seal at a site. Late rows go into the block whose times they fall into, or into the one beside them when they
 * are few; the end of a history waits until it is worth a block, or is old.
 *
 * @returns `undefined` when all that waits there is to wait longer.
 */
export function planUnit<Block extends PlannedBlock>(site: SealSite<Block>): SealUnit<Block> | undefined {
  const { first, before, after, waiting, isOld } = site;
  const isWithin = before !== undefined && before.t1 > first;
  const isAmid = after !== undefined && waiting < UNDER_FILLED_ROWS;
  if (isWithin || isAmid) {
    const merged = before ?? after;
    return { merged, rows: Math.min(waiting, MOST_ROWS_AT_ONCE - (merged?.n ?? 0)) };
  }
  if (after === undefined && !isOld && waiting < ENOUGH_ROWS) return undefined;
  const merged = before !== undefined && before.n < UNDER_FILLED_ROWS ? before : undefined;
  return { merged, rows: Math.min(waiting, BLOCK_ROWS - (merged?.n ?? 0)) };
}

/** How many rows each block gets when so many become blocks: equal parts, none over a block's. */
export function partsOf(rows: number): readonly number[] {
  const blocks = Math.ceil(rows / BLOCK_ROWS);
  return Array.from(
    { length: blocks },
    (_, i) => Math.floor(((i + 1) * rows) / blocks) - Math.floor((i * rows) / blocks),
  );
}
