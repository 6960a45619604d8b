import { editDistance } from '../model/edit-distance.ts';

/** Names further away than this share too little with what was written to be what was meant. */
const FARTHEST = 0.4;

/**
 * The name that was probably meant.
 *
 * @returns `undefined` when none is near.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const wanted = written.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase()) / Math.max(wanted.length, name.length, 1);
    if (distance < least) [best, least] = [name, distance];
  }
  return least <= FARTHEST ? best : undefined;
}

/** A hint for an unknown name: the one that was probably meant, and all there are. */
export function nameHint(written: string, names: readonly string[], plural: string): string {
  const near = nearestName(written, names);
  const all = names.length === 0 ? `There are no ${plural}.` : `There are: ${names.join(', ')}.`;
  return near === undefined ? all : `Did you mean "${near}"? ${all}`;
}
