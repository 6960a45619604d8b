/**
 * Finds columns that are sums of others, each times a rate that depends on a third: costs are tokens times the prices
 * of the model. Rates are found by least squares, weighed so that rows which follow another rule do not count for much.
 */

/** Rates are kept in thousandths: prices are whole picodollars for each token. */
const RATE_PARTS = 1_000;
/** How hard to look: rows taken out of a block, and how often what fits is weighed anew. Prices fit exactly, so few rows do. */
export type Effort = { readonly rows: number; readonly rounds: number };
/** A column adds nothing to those before it when this share of its square is left. */
const LEAST_PIVOT = 1e-9;

/** Cells of a sum: `rates[code · inputs + input]`, in thousandths. */
export type LinearRule = {
  readonly inputs: readonly Float64Array[];
  readonly codes: Uint16Array;
  readonly step: number;
};

/** What the rule gives for a row; absent inputs count as 0. Everything that reads blocks computes exactly this. */
export function predicted({ inputs, codes, step }: LinearRule, rates: Float64Array, row: number): number {
  const at = (codes[row] as number) * inputs.length;
  let sum = 0;
  for (let input = 0; input < inputs.length; input++) {
    const value = (inputs[input] as Float64Array)[row] as number;
    if (value === value) sum += (rates[at + input] as number) * value;
  }
  return Math.floor(sum / (RATE_PARTS * step) + 0.5) * step;
}

/** Adds to each value what `predicted` gives for its row. */
export function addPredicted(values: Float64Array, { inputs, codes, step }: LinearRule, rates: Float64Array): void {
  // An input at a time: sums are of whole numbers, so their order does not matter.
  const sums = new Float64Array(values.length);
  const ratesOf = new Float64Array(rates.length / Math.max(1, inputs.length));
  for (const [input, cells] of inputs.entries()) {
    for (let key = 0; key < ratesOf.length; key++) ratesOf[key] = rates[key * inputs.length + input] as number;
    addProducts(sums, cells, codes, ratesOf);
  }
  const unit = RATE_PARTS * step;
  for (let row = 0; row < values.length; row++) {
    values[row] = (values[row] as number) + Math.floor((sums[row] as number) / unit + 0.5) * step;
  }
}

function addProducts(sums: Float64Array, cells: Float64Array, codes: Uint16Array, ratesOf: Float64Array): void {
  for (let row = 0; row < sums.length; row++) {
    const value = cells[row] as number;
    if (value === value) sums[row] = (sums[row] as number) + (ratesOf[codes[row] as number] as number) * value;
  }
}

const strideOf = (values: Float64Array, { rows }: Effort): number => Math.max(1, Math.floor(values.length / rows));

/** The rates with which a rule comes nearest to most of the values, NaN where absent. */
export function fittedRates(rule: LinearRule, keys: number, values: Float64Array, effort: Effort): Float64Array {
  const width = rule.inputs.length;
  const stride = strideOf(values, effort);
  const rates = new Float64Array(keys * width);
  const sums = Array.from({ length: keys }, () => new Float64Array(width * (width + 1)));
  for (let round = 0; round < effort.rounds; round++) {
    for (const sum of sums) sum.fill(0);
    for (let row = 0; row < values.length; row += stride) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      // At first rows count by their size, then by how near they are: a rule that most of them follow wins.
      const off = rule.step + Math.abs(round === 0 ? value : value - predicted(rule, rates, row));
      addRow(
        sums[rule.codes[row] as number] as Float64Array,
        rule.inputs,
        row,
        value,
        1 / (round === 0 ? off : off ** 2),
      );
    }
    for (const [key, sum] of sums.entries()) solve(sum, width, rates.subarray(key * width, (key + 1) * width));
  }
  return rates;
}

/** Adds a row to the normal equations: for each input its products with all inputs, then with the value. */
function addRow(sums: Float64Array, inputs: readonly Float64Array[], row: number, value: number, weight: number): void {
  const width = inputs.length;
  for (let a = 0; a < width; a++) {
    const left = ((inputs[a] as Float64Array)[row] as number) * weight;
    if (left === 0 || left !== left) continue;
    for (let b = 0; b < width; b++) {
      const right = (inputs[b] as Float64Array)[row] as number;
      if (right === right) sums[a * (width + 1) + b] = (sums[a * (width + 1) + b] as number) + left * right;
    }
    sums[a * (width + 1) + width] = (sums[a * (width + 1) + width] as number) + left * value;
  }
}

/** Share of rows that a rule gives to within a step, by other rows than those it was found with. */
export function shareThatFits(rule: LinearRule, rates: Float64Array, values: Float64Array, effort: Effort): number {
  const stride = strideOf(values, effort);
  let fitting = 0;
  let present = 0;
  for (let row = stride >> 1; row < values.length; row += stride) {
    const off = Math.abs((values[row] as number) - predicted(rule, rates, row));
    if (off >= 0) present++;
    if (off <= rule.step) fitting++;
  }
  return present === 0 ? 0 : fitting / present;
}

/** Solves normal equations by elimination, in place; inputs that others explain get the rate 0. */
function solve(sums: Float64Array, width: number, rates: Float64Array): void {
  const stride = width + 1;
  // What a column has of its own at first; the rates are not yet needed.
  for (let input = 0; input < width; input++) rates[input] = sums[input * stride + input] as number;
  for (let pivot = 0; pivot < width; pivot++) {
    const own = sums[pivot * stride + pivot] as number;
    if (own <= LEAST_PIVOT * (rates[pivot] as number)) {
      rates[pivot] = Number.NaN;
      continue;
    }
    for (let row = 0; row < width; row++) {
      const factor = (sums[row * stride + pivot] as number) / own;
      if (row === pivot || factor === 0) continue;
      for (let column = 0; column <= width; column++) {
        const at = row * stride + column;
        sums[at] = (sums[at] as number) - factor * (sums[pivot * stride + column] as number);
      }
    }
  }
  for (let input = 0; input < width; input++) {
    const rate = (RATE_PARTS * (sums[input * stride + width] as number)) / (sums[input * stride + input] as number);
    // Without + 0 a rate may be −0.
    rates[input] = Number.isNaN(rates[input]) ? 0 : Math.round(rate) + 0;
  }
}
