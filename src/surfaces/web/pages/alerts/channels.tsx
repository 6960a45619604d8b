import { Stack, Text } from '@mantine/core';

import { ABSENT, formatCount } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Name } from '../../parts/name.tsx';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';
import { Panel } from '../../parts/panel.tsx';
import { EmptyState } from '../../parts/states.tsx';

type Alerts = AnswerOf<'/alerts'>;
type Delivery = Alerts['deliveries'][number];

/** Whom alerts tell, and whether they were reached. */
export function Channels({ channels, deliveries }: Pick<Alerts, 'channels' | 'deliveries'>) {
  return (
    <Panel title="Channels" note="What was sent to webhooks and others, the newest first.">
      <Stack gap="sm">
        <Text size="sm">
          {channels.map(({ name, kind }, place) => (
            <span key={name}>
              {place === 0 ? '' : ', '}
              <Name of={name} />
              {name === kind ? '' : ` (${kind})`}
            </span>
          ))}
        </Text>
        {deliveries.length === 0 ? (
          <EmptyState title="Nothing was sent yet." command="amicus-metrics alerts send-test terminal">
            See whether a channel is reached before it matters.
          </EmptyState>
        ) : (
          <DataTable
            label="What was sent"
            columns={COLUMNS}
            rows={deliveries}
            sortedBy="-at"
            minWidth={680}
            keyOf={({ deliveryId, channel, atMicros }) => `${deliveryId} ${channel} ${atMicros}`}
          />
        )}
      </Stack>
    </Panel>
  );
}

const COLUMNS: readonly Column<Delivery>[] = [
  {
    key: 'at',
    title: 'at',
    show: ({ atMicros }) => MOMENTS.dateTime(atMicros),
    sortBy: ({ atMicros }) => atMicros,
  },
  { key: 'channel', title: 'channel', show: ({ channel }) => <Name of={channel} />, sortBy: ({ channel }) => channel },
  { key: 'rule', title: 'rule', show: ({ rule }) => <Name of={rule} />, sortBy: ({ rule }) => rule },
  { key: 'group', title: 'of', show: ({ group }) => (group === undefined ? ABSENT : <Name of={group} />) },
  { key: 'outcome', title: 'outcome', show: ({ outcome }) => <OutcomeBadge of={outcome} /> },
  {
    key: 'attempts',
    title: 'tries',
    isNumber: true,
    show: ({ attempts }) => formatCount(attempts),
    sortBy: ({ attempts }) => attempts,
  },
  { key: 'reason', title: 'why not', show: ({ reason }) => reason?.replaceAll('_', ' ') ?? ABSENT },
];
