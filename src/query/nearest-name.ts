/** Names further away than this share too little with what was written to be what was meant. */
const FARTHEST = 0.4;

/** How many characters must be put in, left out, changed or swapped with their neighbour (restricted Damerau-Levenshtein). */
function editDistance(a: string, b: string): number {
  let twoAgo: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const least = Math.min(changed, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (twoAgo[j - 2] ?? least) + 1 : least;
      row.push(Math.min(least, swapped));
    }
    twoAgo = before;
    before = row;
  }
  return before[b.length] ?? 0;
}

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
