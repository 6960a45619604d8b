import { hash } from 'node:crypto';

const scratch = Buffer.alloc(8);

/** 63 bits of a SHA-256 (SQLite's integers are signed): among ten million identities two collide with a chance of 5 in a million. */
export function identityHash(identity: string): bigint {
  // As text, because a buffer of its own for each digest takes three times as long.
  scratch.write(hash('sha256', identity, 'latin1'), 0, 8, 'latin1');
  return scratch.readBigUInt64LE(0) & 0x7fff_ffff_ffff_ffffn;
}

/**
 * The public id of a stored event: where it lies, and in which store. Exports carry it; an imported event whose id says
 * no more than that is known by the row it equals, in any store.
 */
export function eventId(storeId: string, metric: string, atMicros: number): string {
  return `${storeId}:${metric}:${atMicros}`;
}

const STORE_ID = /^[0-9a-f]{12}:/;

/** Whether a text is the id of an event of this metric and moment, from whichever store. */
export function isEventId(text: unknown, metric: string, atMicros: number): boolean {
  return typeof text === 'string' && STORE_ID.test(text) && text.slice(13) === `${metric}:${atMicros}`;
}
