import { formatUsd } from '../../../cli/terminal/units.ts';
import { useAnswer } from '../../data/ask.ts';
import { TIME_ZONE } from '../../data/url-state.ts';
import { Tile, WaitingTile } from '../../parts/tile.tsx';

/** What was spent today, and what it is likely to come to, against the budget of the day where there is one. */
export function SpendTile() {
  const { data } = useAnswer('/forecast', { tz: TIME_ZONE });
  if (data === undefined) return <WaitingTile label="Spent today" />;
  const days = data.spend.filter(({ per, unit }) => per === 'day' && unit === 'usd');
  const today = days.find(({ limit }) => limit !== undefined) ?? days[0];
  if (today === undefined) return <Tile label="Spent today" value="–" note="no cost is known" />;
  const limit = today.limit === undefined ? '' : ` of a budget of ${formatUsd(today.limit)}`;
  const likely = today.state === 'ready' ? today.total.bands.find(({ level }) => level === 0.8) : undefined;
  const note =
    likely === undefined
      ? limit.trim() || 'no forecast yet'
      : `likely ${formatUsd(likely.low)} to ${formatUsd(likely.high)} in all${limit} (80 % forecast)`;
  const isOver = today.limit !== undefined && today.used > today.limit;
  return <Tile label="Spent today" value={formatUsd(today.used)} note={note} {...(isOver ? { tone: 'red' } : {})} />;
}
