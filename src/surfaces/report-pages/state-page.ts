import type { Distribution } from '../../analysis/reports/distribution.ts';
import type { StateLatency } from '../../analysis/reports/state-latency.ts';
import type { TimeRange } from '../../model/range.ts';
import { formatCount, formatMillis, formatSeconds } from '../cli/terminal/units.ts';
import type { Page, PageCell } from './page.ts';
import { counted, spanText } from './page-words.ts';

/** How the state file and its lock behaved. */
export function statePage({ read, write, lock }: StateLatency, range: TimeRange, timeZone: string): Page {
  const row = (what: string, count: number, { p50, p95, max, sum }: Distribution): readonly PageCell[][] =>
    count === 0
      ? []
      : [
          [
            what,
            formatCount(count),
            formatMillis(p50),
            formatMillis(p95),
            formatMillis(max),
            formatSeconds(sum === undefined ? undefined : sum / 1_000),
          ],
        ];
  const waited = read.lockWait.sum ?? 0;
  const all = waited + (write.lockWait.sum ?? 0);
  return {
    name: 'state',
    title: 'State file and lock',
    span: spanText(range, timeZone),
    warnings: [],
    lead:
      read.count + write.count + lock.count === 0
        ? ['No read or write of the state file and no hold of its lock was told in this time.']
        : [
            `${counted(read.count, 'read')} and ${counted(write.count, 'write')} of the state file` +
              `${all > 0 ? `; they waited ${formatSeconds(all / 1_000)} for the lock in all` : ''}.`,
          ],
    sections: [
      {
        title: 'Latency',
        detail: 'all nodes wait for this file',
        table: {
          caption: 'Durations of operations on the state file',
          columns: [
            { title: 'what' },
            { title: 'count', align: 'right' },
            { title: 'p50', align: 'right' },
            { title: 'p95', align: 'right' },
            { title: 'max', align: 'right' },
            { title: 'together', align: 'right', optional: true },
          ],
          rows: [
            ...row('read', read.count, read.duration),
            ...row('read: waited for the lock', read.lockWait.count, read.lockWait),
            ...row('write', write.count, write.duration),
            ...row('write: waited for the lock', write.lockWait.count, write.lockWait),
            ...row('lock: waited', lock.count, lock.wait),
            ...row('lock: held', lock.count, lock.hold),
          ],
        },
        notes: [
          'Watching the file sees that it was replaced, not how long that took: such writes are counted and have no length.',
        ],
      },
    ],
  };
}
