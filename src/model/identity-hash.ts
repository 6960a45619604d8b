import { hash } from 'node:crypto';

/** 63 bits of a SHA-256 (SQLite's integers are signed): among ten million identities two collide with a chance of 5 in a million. */
export function identityHash(identity: string): bigint {
  return hash('sha256', identity, 'buffer').readBigUInt64LE(0) & 0x7fff_ffff_ffff_ffffn;
}

/** The public id of a stored event, and its identity when it is imported again. */
export function eventId(storeId: string, metric: string, atMicros: number): string {
  return `${storeId}:${metric}:${atMicros}`;
}
