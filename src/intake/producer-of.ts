import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../model/clock.ts';
import { pidSpace, processStart, type SegmentHeader } from '../store/spool/spool-folder.ts';

/** A producer of this process: each has a ledger of its own. */
export function producerOf(clock: Clock): SegmentHeader {
  return {
    version: 1,
    producer: randomBytes(6).toString('hex'),
    pid: process.pid,
    processStart: processStart(process.pid),
    pidSpace: pidSpace(),
    host: hostname(),
    startedMicros: clock.nowMicros(),
  };
}
