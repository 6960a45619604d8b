/** What the page tells costs by; the command line knows some more. */
export const DIMENSIONS = ['model', 'role', 'node', 'task', 'client', 'day'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The dimension of a word of the address line: models, where it names none. */
export function toDimension(word: string): Dimension {
  return DIMENSIONS.find((dimension) => dimension === word) ?? 'model';
}
