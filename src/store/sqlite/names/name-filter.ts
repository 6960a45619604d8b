import { crc32 } from 'node:zlib';

/**
 * Which names may be among those of a block: a Bloom filter. Bit i of it is bit i mod 8, from the lowest, of byte i / 8.
 * Two bytes for each name, and eight bits of it to look at: one name in 1,800 that is not there seems to be.
 */
const BYTES_PER_NAME = 2;
const PROBES = 8;

/** Where a name leaves its bits in a filter of any size. */
export type NameProbe = { readonly start: number; readonly step: number };

/** Checksums alike have the same places, and of names that resemble each other they are never alike. */
export function probeOf(name: string): NameProbe {
  const hash = crc32(name);
  return { start: stirred(hash), step: stirred(hash ^ 0x5bd1e995) | 1 };
}

export function filterOf(names: readonly string[]): Uint8Array {
  const filter = new Uint8Array(BYTES_PER_NAME * names.length);
  for (const name of names) {
    const { start, step } = probeOf(name);
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = bitAt(start, step, probe, filter);
      filter[bit >> 3] = (filter[bit >> 3] as number) | (1 << (bit & 7));
    }
  }
  return filter;
}

/** False when the name is certainly not among those of the block. */
export function mayHold(filter: Uint8Array, { start, step }: NameProbe): boolean {
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = bitAt(start, step, probe, filter);
    if (((filter[bit >> 3] as number) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** A 32-bit number, as a part of 2^32, tells the bit. */
const bitAt = (start: number, step: number, probe: number, { length }: Uint8Array): number =>
  Math.floor((((start + Math.imul(probe, step)) >>> 0) * 8 * length) / 2 ** 32);

/** Each bit of a number changes about half of the others: the end of MurmurHash3, which is in the public domain. */
function stirred(number: number): number {
  let bits = number;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
