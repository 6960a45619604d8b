import type { SourceName } from './event.ts';

/** What kind of value a field of a flat event has. */
export const FLAT_KIND = { number: 0, text: 1, flag: 2, list: 3 } as const;

/**
 * An event laid out in numbers, for those that come by the million: no object is made for each, and no string. The
 * same one is filled again for the next event.
 */
export type FlatEvent = {
  /** Which metric, by its place among those of the catalogue. */
  metric: number;
  atMicros: number;
  /** Number of its origin in `FlatNames`. */
  origin: number;
  /** How many fields it has; what lies behind them in the lists is of earlier events. */
  count: number;
  /** Which field, by its place among those of its metric; no field twice. */
  readonly fields: Uint8Array;
  readonly kinds: Uint8Array;
  /** The number, the number of the text or of the list in `FlatNames`, or 0 and 1 for false and true. */
  readonly values: Float64Array;
};

export type FlatOrigin = {
  readonly source: SourceName;
  readonly inferred: boolean;
  readonly cluster: string | undefined;
};

/** What the numbers in flat events stand for. Numbers are given from 0 on without a gap. */
export interface FlatNames {
  /** How many there are of each. */
  readonly texts: number;
  readonly lists: number;
  readonly origins: number;
  text(number: number): string;
  /** Numbers of its texts. */
  list(number: number): readonly number[];
  origin(number: number): FlatOrigin;
  /** Numbers begin at 0 again: no event that was read before is used any more. */
  forget(): void;
}

/** Where flat events go. */
export interface FlatSink {
  /**
   * @param identity What the event was derived from; it is a copy when there is none.
   * @returns False for an event that must go another way.
   */
  append(event: FlatEvent, identity: string | undefined): boolean;
  /** Resolves when there is room for more. */
  room(): Promise<void>;
  /** Resolves when everything is stored. */
  settle(): Promise<void>;
}
