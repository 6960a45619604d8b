import { describe, expect, it } from 'vitest';

import { conservation, type LedgerEntry } from '../../../src/analysis/reports/conservation.ts';

const entry = (part: Partial<LedgerEntry>): LedgerEntry => ({
  producer: 'p',
  pid: 1,
  startedMicros: 0,
  alive: false,
  recorded: 0,
  inDatabase: 0,
  inSpool: 0,
  expired: 0,
  dropped: {},
  ...part,
});

describe('conservation', () => {
  it('holds when every recorded event is somewhere, or was dropped for a reason', () => {
    const law = conservation([
      entry({ recorded: 10, inDatabase: 5, inSpool: 2, expired: 1, dropped: { unknown_metric: 1, duplicate: 1 } }),
    ]);
    expect(law).toMatchObject({ holds: true, total: { recorded: 10, droppedEvents: 2, difference: 0 } });
  });

  it('does not count fields that were left out of stored events', () => {
    expect(conservation([entry({ recorded: 1, inDatabase: 1, dropped: { unknown_field: 5 } })])).toMatchObject({
      holds: true,
      dropped: { unknown_field: 5 },
    });
  });

  it('does not let one producer make up for another', () => {
    const law = conservation([
      entry({ recorded: 2, inDatabase: 1 }),
      entry({ recorded: 1, inDatabase: 2, startedMicros: 1 }),
    ]);
    expect(law.holds).toBe(false);
    expect(law.producers.map(({ difference }) => difference)).toEqual([1, -1]);
  });

  it('holds where nothing was recorded', () => {
    expect(conservation([])).toMatchObject({ holds: true, producers: [], total: { recorded: 0 } });
  });
});
