import { Table, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';

import { WAY_TEXT } from '../../../cli/cost-words.ts';
import { formatCount, formatUsd } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';

type Costs = AnswerOf<'/costs'>;

/** How it is known whose the costs are: what was told, what is concluded, and what nobody knows. */
export function Attribution({ costs }: { costs: UseQueryResult<Costs> }) {
  return (
    <Panel title="How it is known whose they are" note="Each way stands apart; together they are the cost.">
      <Answer of={costs}>
        {({ nodesKnownBy, tasksKnownBy }) =>
          nodesKnownBy.length + tasksKnownBy.length === 0 ? (
            <EmptyState title="No use of a model was told in this time." />
          ) : (
            <Table.ScrollContainer minWidth={380}>
              <Table fz="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>of</Table.Th>
                    <Table.Th>how it is known</Table.Th>
                    <Table.Th ta="right">events</Table.Th>
                    <Table.Th ta="right">cost</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  <Ways of="node" ways={nodesKnownBy} />
                  <Ways of="task" ways={tasksKnownBy} />
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Answer>
    </Panel>
  );
}

function Ways({ of, ways }: { of: 'node' | 'task'; ways: Costs['nodesKnownBy'] }) {
  return ways.map(({ key, usage }) => {
    const way = WAY_TEXT[key['way'] ?? ''];
    return (
      <Table.Tr key={`${of} ${key['way'] ?? ''}`}>
        <Table.Td>{of}</Table.Td>
        <Table.Td>
          {way ?? (
            <Text span size="sm" c="orange" fw={600}>
              not known
            </Text>
          )}
        </Table.Td>
        <Table.Td ta="right">{formatCount(usage.events)}</Table.Td>
        <Table.Td ta="right">{formatUsd(usage.cost?.usd)}</Table.Td>
      </Table.Tr>
    );
  });
}
