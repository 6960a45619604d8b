import { Stack, Table, Title } from '@mantine/core';

import { formatCount, formatSeconds } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ScrollRegion } from '../../parts/scroll-region.tsx';
import { EmptyState } from '../../parts/states.tsx';

type Clock = AnswerOf<'/clock'>;
type Spread = Pick<Clock['queue'][number], 'p50' | 'p90' | 'p95' | 'max' | 'priority'>;

/** How long tasks waited for a node, and how long turns took, by priority. */
export function Waits({ clock: { queue, flow } }: { clock: Clock }) {
  const turns = flow?.turns ?? [];
  return (
    <Panel title="Waits and turns by priority" note="Half of them took at most p50, nineteen of twenty at most p95.">
      <Stack>
        <div>
          <Title order={3} size="h5" mb={4}>
            Queue wait, from when a task could be taken to the claim
          </Title>
          {queue.length === 0 ? (
            <EmptyState title="No task was claimed in this time, and none waits." />
          ) : (
            <Spreads
              label="Queue wait by priority"
              rows={queue}
              columns={[
                { title: 'claims', show: ({ claims }) => formatCount(claims) },
                ...QUANTILES,
                { title: 'still waiting', show: ({ waiting }) => formatCount(waiting) },
                { title: 'longest of them', show: ({ oldestSeconds }) => formatSeconds(oldestSeconds) },
              ]}
            />
          )}
        </div>
        <div>
          <Title order={3} size="h5" mb={4}>
            Length of turns, from the claim to the completion
          </Title>
          {turns.length === 0 ? (
            <EmptyState title="No turn was completed in this time." />
          ) : (
            <Spreads
              label="Length of turns by priority"
              rows={turns}
              columns={[{ title: 'completed', show: ({ completed }) => formatCount(completed) }, ...QUANTILES]}
            />
          )}
        </div>
      </Stack>
    </Panel>
  );
}

type SpreadColumn<Row> = { readonly title: string; readonly show: (row: Row) => string };

const QUANTILES: readonly SpreadColumn<Spread>[] = [
  { title: 'p50', show: ({ p50 }) => formatSeconds(p50) },
  { title: 'p90', show: ({ p90 }) => formatSeconds(p90) },
  { title: 'p95', show: ({ p95 }) => formatSeconds(p95) },
  { title: 'max', show: ({ max }) => formatSeconds(max) },
];

function Spreads<Row extends Spread>({
  label,
  rows,
  columns,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly SpreadColumn<Row>[];
}) {
  return (
    <ScrollRegion label={label} minWidth={columns.length * 88 + 80}>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>priority</Table.Th>
            {columns.map(({ title }) => (
              <Table.Th key={title} ta="right">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.priority ?? ''}>
              <Table.Td>
                <Name of={row.priority} none="none" />
              </Table.Td>
              {columns.map(({ title, show }) => (
                <Table.Td key={title} ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {show(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}
