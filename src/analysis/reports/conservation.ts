import { type DropReason, EVENT_DROP_REASONS } from '../../model/event.ts';

/** What one recording process handed over and what became of it, in events: as a collector's ledger tells it. */
export type LedgerEntry = {
  readonly producer: string;
  readonly pid: number;
  readonly startedMicros: number;
  readonly alive: boolean;
  readonly recorded: number;
  readonly inDatabase: number;
  readonly inSpool: number;
  readonly expired: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
};

/** One side of the sum against the other. */
export type ConservationSum = LedgerEntry & {
  /** Events dropped whole, all reasons together. Fields left out of stored events do not count. */
  readonly droppedEvents: number;
  /** recorded − (in database + in spool + expired + dropped): 0 when every event is accounted for. */
  readonly difference: number;
};

/** The conservation law over all producers. */
export type Conservation = {
  readonly producers: readonly ConservationSum[];
  readonly total: Omit<ConservationSum, 'producer' | 'pid' | 'startedMicros' | 'alive' | 'dropped'>;
  /** By reason, fields included. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** True when the difference is 0 for each producer: what one has too many cannot make up for what another lacks. */
  readonly holds: boolean;
};

function sumOf(entry: LedgerEntry): ConservationSum {
  const droppedEvents = EVENT_DROP_REASONS.reduce((sum, reason) => sum + (entry.dropped[reason] ?? 0), 0);
  const { recorded, inDatabase, inSpool, expired } = entry;
  return { ...entry, droppedEvents, difference: recorded - (inDatabase + inSpool + expired + droppedEvents) };
}

/**
 * recorded = in the database + in the spool + expired by retention + dropped, for each producer.
 *
 * @returns Producers in the order of their start.
 */
export function conservation(ledger: readonly LedgerEntry[]): Conservation {
  const producers = ledger.map(sumOf).sort((a, b) => a.startedMicros - b.startedMicros);
  const total = { recorded: 0, inDatabase: 0, inSpool: 0, expired: 0, droppedEvents: 0, difference: 0 };
  const dropped: Partial<Record<DropReason, number>> = {};
  for (const producer of producers) {
    for (const part of Object.keys(total) as (keyof typeof total)[]) total[part] += producer[part];
    for (const [reason, count] of Object.entries(producer.dropped) as [DropReason, number][]) {
      dropped[reason] = (dropped[reason] ?? 0) + count;
    }
  }
  return { producers, total, dropped, holds: producers.every(({ difference }) => difference === 0) };
}
