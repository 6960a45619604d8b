import { describe, expect, it } from 'vitest';
import { DROP_REASONS, EVENT_DROP_REASONS, FIELD_DROP_REASONS, SOURCES } from '../../src/model/event.ts';
import { eventId, identityHash } from '../../src/model/identity-hash.ts';

describe('the reasons for drops', () => {
  it('are of an event or of a field, never of both', () => {
    expect(DROP_REASONS.size).toBe(EVENT_DROP_REASONS.length + FIELD_DROP_REASONS.length);
  });

  it('have names that fit a label, like the sources', () => {
    for (const name of DROP_REASONS) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    for (const name of SOURCES) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});

describe('identities', () => {
  it('are positive integers that SQLite can keep, the same for the same text', () => {
    const hashes = Array.from({ length: 10_000 }, (_, n) => identityHash(`event ${n}`));
    expect(new Set(hashes).size).toBe(10_000);
    expect(hashes.every((hash) => hash >= 0n && hash < 2n ** 63n)).toBe(true);
    expect(identityHash('event 7')).toBe(hashes[7]);
  });

  it('name an event by its store, metric and moment', () => {
    expect(eventId('0123456789ab', 'task.completed', 1_770_104_400_500_000)).toBe(
      '0123456789ab:task.completed:1770104400500000',
    );
  });
});
