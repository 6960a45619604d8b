import { Alert, Button, Code, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { formatCount } from '../../../cli/terminal/units.ts';
import type { Lacking } from '../../../api/schemas/lacking.ts';
import { post } from '../../data/ask.ts';
import { metricsOf } from '../../data/unreadable.ts';
import { useUrlValue } from '../../data/url-state.ts';
import { ApiError } from '../../parts/api-error.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { UnreadableNotice } from '../../parts/unreadable-notice.tsx';
import { OneLine } from './one-line.tsx';
import type { CatalogueMetric } from './question-form.tsx';
import { SqlInput } from './sql-input.tsx';
import { tablesOf } from './sql-words.ts';

type SqlCell = string | number | null;
type SqlAnswer = Lacking & {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
  readonly truncated: boolean;
};
type NumberedRow = { readonly place: number; readonly cells: readonly SqlCell[] };

const EXAMPLE = `SELECT node_id, outcome, count(*) AS ended, round(avg(duration_seconds)) AS seconds
FROM task_completed
GROUP BY node_id, outcome
ORDER BY ended DESC`;

/** A statement of SQL over the events, run in a process of its own that can only read. */
export function SqlView({ metrics }: { metrics: readonly CatalogueMetric[] }) {
  const [kept, keep] = useUrlValue('sql', EXAMPLE);
  const [statement, setStatement] = useState(kept);
  const run = useMutation({
    // The API's own tests hold that its answers are as its schema says.
    mutationFn: async (sql: string) => (await post('/sql', { statement: sql })) as SqlAnswer,
  });
  const ask = (): void => {
    if (statement.trim() === '' || run.isPending) return;
    keep(statement);
    run.mutate(statement);
  };
  return (
    <Stack>
      <Panel
        title="SQL"
        note="A table for each metric, and events, aggregates, metadata. Whatever time is picked above."
      >
        <Stack gap="sm">
          <SqlInput statement={statement} tables={tablesOf(metrics)} onChange={setStatement} onRun={ask} />
          <Group justify="end">
            <Button size="sm" onClick={ask} loading={run.isPending} disabled={statement.trim() === ''}>
              Run
            </Button>
          </Group>
          {run.isError ? (
            <Alert color="red" variant="light" title={run.error.message} role="alert">
              {run.error instanceof ApiError ? (run.error.hint ?? '') : ''}
            </Alert>
          ) : null}
        </Stack>
      </Panel>
      {run.data === undefined ? null : (
        <>
          <UnreadableNotice metrics={metricsOf([run.data])} />
          <Rows answer={run.data} />
        </>
      )}
    </Stack>
  );
}

function Rows({ answer: { columns, rows, truncated } }: { answer: SqlAnswer }) {
  const shown = columns.map((title, place): Column<NumberedRow> => {
    const cells = rows.map(({ [place]: cell }) => cell);
    const isNumber = cells.some((cell) => typeof cell === 'number') && !cells.some((cell) => typeof cell === 'string');
    return {
      key: `${place} ${title}`,
      title,
      isNumber,
      show: (row) => <Cell of={row.cells[place] ?? null} />,
      sortBy: (row) => row.cells[place] ?? undefined,
    };
  });
  return (
    <Panel
      title={`${formatCount(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`}
      {...(truncated ? { note: 'There are more: narrow the statement, or add LIMIT.' } : {})}
      aside={<ExportButtons name="sql" sheet={{ columns, rows }} />}
    >
      {rows.length === 0 ? (
        <EmptyState title="No row.">The statement was run, and nothing matches it.</EmptyState>
      ) : (
        <DataTable
          label="Rows of the statement"
          columns={shown}
          rows={rows.map((cells, place) => ({ place, cells }))}
          keyOf={({ place }) => String(place)}
        />
      )}
    </Panel>
  );
}

function Cell({ of }: { of: SqlCell }) {
  if (of === null) return <Code fz="xs">NULL</Code>;
  return typeof of === 'number' ? (
    of
  ) : (
    <OneLine>
      <Name of={of} />
    </OneLine>
  );
}
