import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Closes standard input or output for whoever is at its other end. Destroying the stream does not: the runtime keeps
 * the first three descriptors open. Something empty takes the place at once, so that no other file gets the number.
 */
export function closeStandard(descriptor: 0 | 1): void {
  try {
    closeSync(descriptor);
    openSync(devNull, descriptor === 0 ? 'r' : 'w');
  } catch {
    // Closed already.
  }
}
