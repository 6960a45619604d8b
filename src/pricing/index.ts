/** What usage costs: by list prices that come with the package, under a user's own. */
export { estimateCost, type Prices, type Usage } from './estimate-cost.ts';
export { isSameModel } from './model-name.ts';
export { NANOS_PER_USD, nanosOfUsd, usdOfNanos } from './nano-dollars.ts';
export { openPriceBook, PriceBook, type PriceSettings } from './price-book.ts';
export { priced } from './priced.ts';
