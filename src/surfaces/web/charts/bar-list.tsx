import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export type Bar = {
  readonly key: string;
  readonly name: ReactNode;
  readonly value: number;
  readonly text: string;
  readonly note?: string;
};

/** Values beside each other, each with its bar: a chart that is its own table. */
export function BarList({
  label,
  bars,
  heading,
  unit,
}: {
  label: string;
  bars: readonly Bar[];
  heading: string;
  unit: string;
}) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  return (
    <Table aria-label={label} withRowBorders={false} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{heading}</Table.Th>
          <Table.Th ta="right">{unit}</Table.Th>
          <Table.Th w="45%">
            <span className="for-readers-only">share</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {bars.map(({ key, name, value, text, note }) => (
          <Table.Tr key={key}>
            <Table.Td>{name}</Table.Td>
            <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
              {text}
            </Table.Td>
            <Table.Td>
              <div className="bar-track" title={note}>
                <div className="bar-fill" style={{ width: `${most === 0 ? 0 : (value / most) * 100}%` }} />
              </div>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
