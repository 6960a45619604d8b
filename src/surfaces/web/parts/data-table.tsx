import { Box, Table, UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef, useState } from 'react';

/** A column: what it shows, and what it sorts by. */
export type Column<Row> = {
  readonly key: string;
  readonly title: string;
  readonly show: (row: Row) => ReactNode;
  /** Absent: it cannot be sorted by. Absent values come last, whichever way. */
  readonly sortBy?: (row: Row) => number | string | undefined;
  readonly isNumber?: boolean;
  readonly width?: number | string;
};

/** A figure and its unit stay together. */
const NUMBER = { ta: 'right', style: { whiteSpace: 'nowrap' } } as const;
const ROW_HEIGHT = 37;
/** Tables up to so many rows stand on the page whole; longer ones have a window of their own. */
const WHOLE_ROWS = 60;

/** Rows that can be sorted; many of them are drawn as they are scrolled to. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  sortedBy,
  sort: given,
  onSort,
  onPick,
  height = 560,
  minWidth = 0,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The column it is sorted by at first; with `-` before it, downwards. */
  sortedBy?: string;
  /** What it is sorted by now, where the page keeps that, as in its address. */
  sort?: string;
  onSort?: (sort: string) => void;
  onPick?: (row: Row) => void;
  height?: number | string;
  /** On a narrower screen it is moved sideways. */
  minWidth?: number;
}) {
  const [own, setOwn] = useState(sortedBy ?? '');
  const [sort, setSort] = [given ?? own, onSort ?? setOwn];
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  const box = useRef<HTMLDivElement>(null);
  const isWhole = sorted.length <= WHOLE_ROWS;
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    enabled: !isWhole,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.start ?? 0;
  const rest = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const shown = isWhole ? sorted : items.flatMap(({ index }) => sorted.slice(index, index + 1));
  return (
    <Box
      ref={box}
      mah={isWhole ? undefined : height}
      style={{ overflow: 'auto' }}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <Table
        stickyHeader
        highlightOnHover={onPick !== undefined}
        fz="sm"
        miw={minWidth}
        aria-rowcount={sorted.length + 1}
      >
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={setSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {isWhole || first === 0 ? null : <tr style={{ height: first }} aria-hidden="true" />}
          {shown.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ key, show, isNumber = false }, index) => (
                <Table.Td key={key} {...(isNumber ? NUMBER : {})}>
                  {index === 0 && onPick !== undefined ? (
                    <UnstyledButton fz="sm" td="underline" onClick={() => onPick(row)}>
                      {show(row)}
                    </UnstyledButton>
                  ) : (
                    show(row)
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          {isWhole || rest === 0 ? null : <tr style={{ height: rest }} aria-hidden="true" />}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function Heading<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string; onSort: (sort: string) => void }) {
  const { key, title, isNumber = false, sortBy, width } = column;
  const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : 'none';
  const align = isNumber ? 'right' : 'left';
  return (
    <Table.Th ta={align} aria-sort={direction} {...(width === undefined ? {} : { w: width })}>
      {sortBy === undefined ? (
        title
      ) : (
        <UnstyledButton
          fz="sm"
          fw={700}
          style={{ whiteSpace: 'nowrap' }}
          onClick={() => onSort(direction === 'descending' ? key : `-${key}`)}
        >
          {title}{' '}
          <span aria-hidden="true">{direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : '·'}</span>
        </UnstyledButton>
      )}
    </Table.Th>
  );
}

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string): readonly Row[] {
  const key = sort.replace(/^-/, '');
  const sortBy = columns.find((column) => column.key === key)?.sortBy;
  if (sortBy === undefined) return rows;
  const sign = sort.startsWith('-') ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [sortBy(a), sortBy(b)];
    if (left === right) return 0;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -sign : sign;
  });
}
