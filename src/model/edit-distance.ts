/** How many characters must be put in, left out, changed or swapped with their neighbour (restricted Damerau-Levenshtein). */
export function editDistance(a: string, b: string): number {
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
