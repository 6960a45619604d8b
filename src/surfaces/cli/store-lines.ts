import type { MetricsCollector } from '../../metrics-collector.ts';
import { formatBytes, formatCount } from './terminal/units.ts';

type StoreStats = Awaited<ReturnType<MetricsCollector['stats']>>;
type Health = ReturnType<MetricsCollector['health']>;

/** `12,345 events, 1.2 MB; spool 3 kB`. */
export function storeText(stats: StoreStats): string {
  const size = formatBytes(stats.databaseBytes + stats.walBytes);
  const spool = stats.spoolBytes === 0 ? '' : `; spool ${formatBytes(stats.spoolBytes)}`;
  const aside =
    stats.quarantinedFiles.length === 0
      ? ''
      : `; ${formatCount(stats.quarantinedFiles.length)} damaged files set aside (see \`amicus-metrics doctor\`)`;
  const lost = stats.damaged.reduce((sum, { events }) => sum + events, 0);
  const damaged =
    lost === 0 ? '' : `; ${formatCount(lost)} damaged events cannot be read (see \`amicus-metrics doctor\`)`;
  const nameless =
    stats.unreadableNames === 0
      ? ''
      : `; ${formatCount(stats.unreadableNames)} damaged names cannot be read (see \`amicus-metrics doctor\`)`;
  return `${formatCount(stats.events)} events, ${size}${spool}${stats.readOnly ? '; read-only' : ''}${aside}${damaged}${nameless}`;
}

/**
 * `nothing dropped`, or `3 dropped: unknown_field 2, too_long 1`. What two sources told alike is no loss and is named
 * apart: `nothing dropped, 37 told twice`.
 */
export function dropText(dropped: Health['dropped']): string {
  const { duplicate = 0, ...lost } = dropped;
  const reasons = Object.entries(lost).filter(([, count]) => count > 0);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  const each = reasons.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(', ');
  const twice = duplicate === 0 ? '' : `, ${formatCount(duplicate)} told twice`;
  return `${total === 0 ? 'nothing dropped' : `${formatCount(total)} dropped: ${each}`}${twice}`;
}
