import { Badge } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';

import { formatCount } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';

type Sums = AnswerOf<'/health'>['conservation'];
type Producer = Sums['producers'][number];

/** The sum that every recording process must keep: nothing vanishes between being told and being stored. */
export function Conservation({ health }: { health: UseQueryResult<AnswerOf<'/health'>> }) {
  return (
    <Panel
      title="Conservation"
      note="For each recording process: recorded = in the database + in the spool + expired + dropped. What is left over is missing."
    >
      <Answer of={health}>
        {({ conservation: { producers, total } }) =>
          producers.length === 0 ? (
            <EmptyState title="No process has recorded anything yet." command="amicus-metrics up" />
          ) : (
            <DataTable
              label="Events of each recording process"
              columns={COLUMNS}
              rows={[{ ...total, producer: '', pid: 0, startedMicros: 0, alive: false, dropped: {} }, ...producers]}
              minWidth={760}
              keyOf={({ producer }) => producer}
            />
          )
        }
      </Answer>
    </Panel>
  );
}

const isTotal = ({ producer }: Producer): boolean => producer === '';

const figure = (key: string, title: string, of: (row: Producer) => number): Column<Producer> => ({
  key,
  title,
  isNumber: true,
  show: (row) => formatCount(of(row)),
  sortBy: of,
});

const COLUMNS: readonly Column<Producer>[] = [
  {
    key: 'producer',
    title: 'process',
    show: (row) => (isTotal(row) ? <strong>all</strong> : <Name of={row.producer} />),
  },
  { key: 'pid', title: 'pid', isNumber: true, show: (row) => (isTotal(row) ? '' : String(row.pid)) },
  {
    key: 'started',
    title: 'started',
    show: (row) => (isTotal(row) ? '' : <Started row={row} />),
    sortBy: ({ startedMicros }) => startedMicros,
  },
  figure('recorded', 'recorded', ({ recorded }) => recorded),
  figure('database', '= database', ({ inDatabase }) => inDatabase),
  figure('spool', '+ spool', ({ inSpool }) => inSpool),
  figure('expired', '+ expired', ({ expired }) => expired),
  figure('dropped', '+ dropped', ({ droppedEvents }) => droppedEvents),
  {
    key: 'missing',
    title: 'missing',
    isNumber: true,
    show: ({ difference }) =>
      difference === 0 ? (
        '0'
      ) : (
        <Badge color="red" variant="light">
          {formatCount(difference)}
        </Badge>
      ),
    sortBy: ({ difference }) => Math.abs(difference),
  },
];

function Started({ row: { startedMicros, alive } }: { row: Producer }) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {startedMicros === 0 ? '–' : MOMENTS.dateTime(startedMicros)}
      {alive ? ', runs' : ''}
    </span>
  );
}
