import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Intake } from '../../src/intake/intake.ts';
import type { Metric } from '../../src/metrics/define-metric.ts';
import { catalogueOf } from '../../src/metrics/index.ts';
import type { Clock } from '../../src/model/clock.ts';
import { EVENT_DROP_REASONS } from '../../src/model/event.ts';
import { SegmentReader } from '../../src/store/spool/segment-reader.ts';
import { listSegments, spoolFolder } from '../../src/store/spool/spool-folder.ts';
import type { ProducerLedger } from '../../src/store/store.ts';
import { EVERY_KIND, NEEDY } from './every-kind.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A clock that stands until it is moved. */
export type StillClock = Clock & { micros: number; millis: number };

export function stillClock(micros = Date.UTC(2026, 10, 24, 12) * 1_000): StillClock {
  const clock = { micros, millis: 0, nowMicros: () => clock.micros, monotonicMillis: () => clock.millis };
  return clock;
}

export { EVERY_KIND, NEEDY } from './every-kind.ts';

export type Recorder = {
  readonly intake: Intake;
  readonly directory: string;
  readonly clock: StillClock;
  /** What lies in the spool, as a reader decodes it. */
  readonly spooled: () => { metric: string; atMicros: number; data: Record<string, unknown> }[];
};

/** An intake of its own folder, or of a given one. */
export function openRecorder(
  options: {
    readonly directory?: string;
    readonly metrics?: readonly Metric[];
    readonly disabled?: readonly string[];
    readonly maxSpoolBytes?: number;
    readonly onSegmentFull?: () => void;
  } = {},
): Recorder {
  const directory = options.directory ?? join(temporaryFolder(), '.ai');
  const clock = stillClock();
  const intake = new Intake({
    directory,
    catalogue: catalogueOf(options.metrics ?? [EVERY_KIND, NEEDY]),
    disabled: options.disabled ?? [],
    clock,
    source: 'library',
    cluster: '',
    maxSpoolBytes: options.maxSpoolBytes ?? 1e9,
    onSegmentFull: options.onSegmentFull,
  });
  return { intake, directory, clock, spooled: () => spooledIn(directory) };
}

/** Every event in the spool files of a folder, decoded to the values that were recorded. */
export function spooledIn(directory: string) {
  return listSegments(spoolFolder(directory)).flatMap((file) => {
    const reader = new SegmentReader(file.path);
    const { events } = reader.stretch(0, Infinity);
    const text = (number: number): string => reader.definitions.texts[number] ?? '?';
    return events.map(({ metric, atMicros, values }) => {
      const data: Record<string, unknown> = {};
      for (const [index, [field, kind]] of metric.fields.entries()) {
        const value = values[index];
        if (value === undefined) continue;
        const isText = kind === 'id' || kind === 'name' || kind === 'one_of';
        data[field] = typeof value === 'number' ? (isText ? text(value) : value) : value.map(text);
      }
      return { metric: metric.name, atMicros, data };
    });
  });
}

/** Recorded minus everything that became of it: 0 for each producer, or something was lost or doubled without a word. */
export function imbalances(ledger: readonly ProducerLedger[]): number[] {
  return ledger.map(({ recorded, inDatabase, inSpool, expired, dropped }) => {
    const lost = EVENT_DROP_REASONS.reduce((sum, reason) => sum + (dropped[reason] ?? 0), 0);
    return recorded - inDatabase - inSpool - expired - lost;
  });
}

/** The bytes of every file below a folder, by path. */
export function filesBelow(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path)];
    }),
  );
}

/** The next turn of the event loop: what this one recorded has been written. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
