import { ColorSwatch, Group, Progress, Table, useComputedColorScheme } from '@mantine/core';

import { lengthText, percentText, stateCell } from '../../cli/clock-words.ts';
import { type ClockState, stateColour } from '../charts/state-colours.ts';

/** A state with the colour that it has everywhere. */
export function StateName({ of }: { of: ClockState }) {
  const scheme = useComputedColorScheme('light');
  return (
    <Group gap={8} wrap="nowrap" component="span">
      <ColorSwatch component="span" color={stateColour(of, scheme)} size={12} radius={3} aria-hidden="true" />
      <span>{stateCell(of).text}</span>
    </Group>
  );
}

/** Where a time went: one bar of all of it, and what stands in the bar as a table. */
export function StateTimes({
  label,
  parts,
  wholeMicros,
}: {
  label: string;
  parts: readonly { readonly state: ClockState; readonly micros: number }[];
  wholeMicros: number;
}) {
  const scheme = useComputedColorScheme('light');
  const shown = parts.filter(({ state, micros }) => micros > 0 || state === 'unattributed');
  return (
    <>
      <Progress.Root size={22} radius="sm" aria-hidden="true">
        {shown.map(({ state, micros }) => (
          <Progress.Section
            key={state}
            value={wholeMicros === 0 ? 0 : (micros / wholeMicros) * 100}
            color={stateColour(state, scheme)}
            withAria={false}
          />
        ))}
      </Progress.Root>
      <Table aria-label={label} fz="sm" mt="sm" verticalSpacing={4} horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>state</Table.Th>
            <Table.Th ta="right">time</Table.Th>
            <Table.Th ta="right">share</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ state, micros }) => (
            <Table.Tr key={state}>
              <Table.Td>
                <StateName of={state} />
              </Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {lengthText(micros)}
              </Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {percentText(micros, wholeMicros)}
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th>in all</Table.Th>
            <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
              {lengthText(wholeMicros)}
            </Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </>
  );
}

/** What the colours of states in a picture mean. */
export function StateLegend({ states }: { states: readonly ClockState[] }) {
  return (
    <Group gap="md" mt="xs" fz="sm">
      {states.map((state) => (
        <StateName key={state} of={state} />
      ))}
    </Group>
  );
}

/** Times by state in the order of the states. */
export function timesOf<State extends ClockState>(
  states: readonly State[],
  timesMicros: Readonly<Record<string, number>>,
): readonly { readonly state: State; readonly micros: number }[] {
  return states.map((state) => ({ state, micros: timesMicros[state] ?? 0 }));
}
