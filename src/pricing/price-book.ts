import { hash } from 'node:crypto';

import type { ConfigError } from '../model/errors.ts';
import { CataloguePrices, catalogueVersion } from './catalogue-prices.ts';
import type { Prices } from './estimate-cost.ts';
import { modelNameForms } from './model-name.ts';
import type { ModelPrice } from './model-price.ts';
import { type OverridePrices, readOverrideFile } from './override-file.ts';

/** Where a user's own prices may stand. The settings of a context folder are one. */
export type PriceSettings = {
  /** The context folder, absolute. */
  readonly directory: string;
  /** The user's price file, from that folder; absent: `amicus-metrics-prices.toml` there or in the workspace, if any. */
  readonly pricesFile?: string | undefined;
};

/**
 * Opens the prices: those of the user's file, and list prices for all other models. Works offline. The list is read
 * with the first price that is asked for.
 */
export function openPriceBook(settings: PriceSettings): PriceBook {
  return new PriceBook(readOverrideFile(settings.directory, settings.pricesFile));
}

/** Prices of models, each with the days on which it was valid. */
export class PriceBook implements Prices {
  readonly version: string;
  /** What was wrong with the user's file; the rest of it counts. */
  readonly problems: readonly ConfigError[];
  readonly #overrides: OverridePrices['models'];
  readonly #catalogue = new CataloguePrices();

  constructor({ path, models, problems, text }: OverridePrices) {
    this.#overrides = models;
    this.problems = problems;
    const own = path === undefined ? '' : `+${hash('sha256', text).slice(0, 8)}`;
    this.version = `${catalogueVersion()}${own}`;
  }

  priceAt(model: string, atMicros: number): ModelPrice | undefined {
    if (this.#overrides.size > 0) {
      for (const form of modelNameForms(model)) {
        const price = this.#overrides.get(form)?.findLast(({ fromMicros }) => fromMicros <= atMicros);
        if (price !== undefined) return price;
      }
    }
    return this.#catalogue.priceAt(model, atMicros);
  }
}
