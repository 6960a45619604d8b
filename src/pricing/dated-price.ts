import type { ModelPrice } from './model-price.ts';

/** A price from a moment on, until the next one of the same model. */
export type DatedPrice = ModelPrice & { readonly fromMicros: number };

/** What a price file holds: prices by model in lower case, and a sentence for each entry that was left out. */
export type ReadPrices = { readonly models: Map<string, DatedPrice[]>; readonly problems: readonly string[] };
