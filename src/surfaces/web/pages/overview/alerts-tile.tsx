import { Anchor } from '@mantine/core';
import { Link } from 'wouter';

import { useAnswer } from '../../data/ask.ts';
import { Tile, WaitingTile } from '../../parts/tile.tsx';

const FIRING = ['warn', 'critical'];

/** How many alerts are on now. */
export function AlertsTile() {
  const { data } = useAnswer('/alerts', {});
  if (data === undefined) return <WaitingTile label="Alerts" />;
  const firing = data.statuses.filter(({ memory }) => FIRING.includes(memory.state));
  const isCritical = firing.some(({ memory }) => memory.state === 'critical');
  const note = data.rules.length === 0 ? 'no rule is set' : `of ${data.rules.length} rules`;
  return (
    <Tile
      label="Alerts"
      value={String(firing.length)}
      note={
        <Anchor component={Link} href="/alerts" size="sm">
          {note}
        </Anchor>
      }
      {...(isCritical ? { tone: 'red' } : firing.length > 0 ? { tone: 'orange' } : {})}
    />
  );
}
