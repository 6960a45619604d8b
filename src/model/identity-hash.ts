import { hash } from 'node:crypto';

/** 63 bits of a SHA-256 (SQLite's integers are signed): among ten million identities two collide with a chance of 5 in a million. */
export function identityHash(identity: string): bigint {
  return hash('sha256', identity, 'buffer').readBigUInt64LE(0) & 0x7fff_ffff_ffff_ffffn;
}

/**
 * The public id of a stored event: where it lies, and in which store. Exported events carry it as their identity, so
 * that one that is imported again is known for a copy: see copies.ts in src/store/sqlite/.
 */
export function eventId(storeId: string, metric: string, atMicros: number): string {
  return `${storeId}:${metric}:${atMicros}`;
}

const STORE_ID = /^[0-9a-f]{12}:/;

/** Whether an identity is the id of an event of this metric and moment, from whichever store. */
export function isEventId(identity: string, metric: string, atMicros: number): boolean {
  return STORE_ID.test(identity) && identity.slice(13) === `${metric}:${atMicros}`;
}
