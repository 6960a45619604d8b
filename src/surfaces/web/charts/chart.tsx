import { Box, Button, Group, Table, Text, useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';

import type { Drawing, EChartsOption } from './echarts.ts';

/** What stands behind a chart: the same figures as a table, for whoever cannot see it or wants them exactly. */
export type TableBehind = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
};

/** Longer tables are no help; the exact figures are in the API and in exports. */
const MAX_TABLE_ROWS = 500;

/**
 * A chart with its table. The library is loaded when the first chart is drawn; later figures are merged into the drawing,
 * so that a live chart moves instead of beginning anew.
 *
 * @param label What it shows, in a sentence: what a screen reader says of it.
 */
export function Chart({
  option,
  label,
  table,
  height = 240,
  aside,
}: {
  option: EChartsOption;
  label: string;
  table: TableBehind;
  height?: number;
  aside?: ReactNode;
}) {
  const [isTable, setTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  /** What is to be shown by the time the library is there, which may be another option than when it was asked for. */
  const latest = useRef(option);
  const scheme = useComputedColorScheme('light');
  const id = useId();

  useEffect(() => {
    const element = place.current;
    if (element === null || isTable) return undefined;
    let isGone = false;
    const observer = new ResizeObserver(() => drawing.current?.resize());
    const begin = async (): Promise<void> => {
      const { draw } = await import('./echarts.ts');
      if (isGone) return;
      drawing.current = draw(element, scheme);
      drawing.current.show(latest.current);
      observer.observe(element);
    };
    void begin();
    return () => {
      isGone = true;
      observer.disconnect();
      drawing.current?.dispose();
      drawing.current = undefined;
    };
    // The option is shown by the effect below; a new scheme or the way back from the table draws anew.
  }, [scheme, isTable]);

  useEffect(() => {
    latest.current = option;
    drawing.current?.show(option);
  }, [option]);

  return (
    <div>
      <Group justify="end" gap="xs" mb={4}>
        {aside}
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setTable(!isTable)}
          aria-expanded={isTable}
          aria-controls={id}
        >
          {isTable ? 'As a chart' : 'As a table'}
        </Button>
      </Group>
      <div id={id}>
        {isTable ? (
          <BehindTable label={label} table={table} height={height} />
        ) : (
          <Box ref={place} h={height} role="img" aria-label={label} />
        )}
      </div>
    </div>
  );
}

function BehindTable({
  label,
  table: { columns, rows },
  height,
}: {
  label: string;
  table: TableBehind;
  height: number;
}) {
  return (
    <Box mah={Math.max(height, 240)} style={{ overflow: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <Table stickyHeader withRowBorders striped fz="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, MAX_TABLE_ROWS).map((row) => (
            <Table.Tr key={row.join('\u0000')}>
              {row.map((cell, index) => (
                <Table.Td key={columns[index]}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > MAX_TABLE_ROWS ? (
        <Text size="sm" c="dimmed">
          {rows.length - MAX_TABLE_ROWS} further rows are left out.
        </Text>
      ) : null}
    </Box>
  );
}
