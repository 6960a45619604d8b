import { Anchor } from '@mantine/core';
import { Link } from 'wouter';

import { useAnswer } from '../../data/ask.ts';
import { Tile } from '../../parts/tile.tsx';

const FIRING = ['warn', 'critical'];

/** How many alerts are on now. */
export function AlertsTile() {
  const { data } = useAnswer('/alerts', {});
  const firing = data?.statuses.filter(({ memory }) => FIRING.includes(memory.state)) ?? [];
  const isCritical = firing.some(({ memory }) => memory.state === 'critical');
  const value = data === undefined ? '–' : String(firing.length);
  const note = data === undefined ? '' : data.rules.length === 0 ? 'no rule is set' : `of ${data.rules.length} rules`;
  return (
    <Tile
      label="Alerts"
      value={value}
      note={
        <Anchor component={Link} href="/alerts" size="sm">
          {note}
        </Anchor>
      }
      {...(isCritical ? { tone: 'red' } : firing.length > 0 ? { tone: 'orange' } : {})}
    />
  );
}
