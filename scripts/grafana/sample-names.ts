import { catalogueOf } from '../../src/metrics/index.ts';
import { sampleNames } from '../../src/surfaces/exposition/family.ts';
import { OWN_FAMILIES, type OwnFamily } from '../../src/surfaces/exposition/own-families.ts';
import { planFamilies, type PlannedFamily } from '../../src/surfaces/exposition/planned-families.ts';

/** Every family that the built-in catalogue gives. */
export const PLANNED: readonly PlannedFamily[] = planFamilies(catalogueOf()).families;

/** Every name that a query may ask for. */
export const SAMPLE_NAMES: ReadonlySet<string> = new Set(
  [...PLANNED, ...Object.values(OWN_FAMILIES)].flatMap(sampleNames),
);

/** The sample of a counter, gauge or info that no metric declares. */
export function ownSample({ kind, name }: OwnFamily): string {
  return kind === 'counter' ? `${name}_total` : kind === 'info' ? `${name}_info` : name;
}

/**
 * The sample of a family of the catalogue: the total of a counter, the buckets of a histogram.
 *
 * @throws Error when the catalogue has no such family: a panel would be empty for ever.
 */
export function catalogueSample(name: string): string {
  const family = PLANNED.find((planned) => planned.name === name);
  if (family === undefined) throw new Error(`The catalogue gives no family ${name}.`);
  return family.kind === 'counter' ? `${name}_total` : `${name}_bucket`;
}
