import { formatByName } from '../../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { useSpan } from '../../data/url-state.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import type { ExploreQuestion } from './question.ts';

type Row = AnswerOf<'/aggregate'>['rows'][number];

/** Groups beyond these are in exports of the command line. */
const MAX_GROUPS = 1_000;

/** The figure for the whole span, by group: the dearest, slowest or most frequent first. */
export function GroupTable({ question: { metric, aggregation, by, where, compare } }: { question: ExploreQuestion }) {
  const span = useSpan();
  const answer = useAnswer('/aggregate', {
    ...span,
    metric,
    aggregations: [aggregation],
    by: [...by],
    where: [...where],
    ...(by.length === 0 ? {} : { order: `-${aggregation}`, limit: MAX_GROUPS }),
    ...(compare ? { compare: 'true' as const } : {}),
  });
  return (
    <Panel
      title={by.length === 0 ? 'In the whole time' : `In the whole time, by ${by.join(' and ')}`}
      {...(answer.data !== undefined && answer.data.rows.length === MAX_GROUPS
        ? { note: `The first ${MAX_GROUPS} groups.` }
        : {})}
      aside={
        answer.data === undefined ? null : (
          <ExportButtons
            name={`${metric}-total`}
            sheet={{
              columns: [...by, aggregation, ...(compare ? [`previous ${aggregation}`] : [])],
              rows: answer.data.rows.map(({ group, values, previous }) => [
                ...by.map((field) => group[field]),
                values[aggregation],
                ...(compare ? [previous?.[aggregation]] : []),
              ]),
            }}
          />
        )
      }
    >
      <Answer of={answer} height={120}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState title="No event matches." />
          ) : (
            <DataTable
              label={`${aggregation} of ${metric} in the whole time`}
              columns={columnsOf(aggregation, by, compare)}
              rows={rows}
              keyOf={({ group }) => JSON.stringify(by.map((field) => group[field] ?? null))}
            />
          )
        }
      </Answer>
    </Panel>
  );
}

function columnsOf(aggregation: string, by: readonly string[], compare: boolean): readonly Column<Row>[] {
  const figure = (title: string, of: (row: Row) => Row['values'][string] | undefined): Column<Row> => ({
    key: title,
    title,
    isNumber: true,
    show: (row) => formatByName(aggregation, of(row)),
    sortBy: (row) => sortable(of(row)),
  });
  return [
    ...by.map((field): Column<Row> => ({
      key: field,
      title: field,
      show: ({ group }) => {
        const value = group[field];
        return <Name of={value === undefined ? undefined : String(value)} none={`no ${field}`} />;
      },
      sortBy: ({ group }) => sortable(group[field]),
    })),
    figure(aggregation, ({ values }) => values[aggregation]),
    ...(compare ? [figure('before', ({ previous }) => previous?.[aggregation])] : []),
  ];
}

function sortable(value: string | number | boolean | undefined): string | number | undefined {
  return typeof value === 'boolean' ? String(value) : value;
}
