import { Card, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** One figure, large, with what it is and what it is to be read with. */
export function Tile({
  label,
  value,
  note,
  tone,
}: {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  tone?: string;
}) {
  return (
    <Card withBorder padding="md" component="dl" m={0}>
      <Text component="dt" size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0} fz={28} fw={650} lh={1.25} {...(tone === undefined ? {} : { c: tone })}>
        {value}
      </Text>
      {note === undefined ? null : (
        <Text component="dd" m={0} size="sm" c="dimmed">
          {note}
        </Text>
      )}
    </Card>
  );
}

/** Stands in a tile's place while its figure is asked: not known yet is not the same as absent. */
export function WaitingTile({ label }: { label: string }) {
  return <Tile label={label} value={<Skeleton h={28} w={72} mt={4} role="status" aria-label="Loading" />} />;
}
