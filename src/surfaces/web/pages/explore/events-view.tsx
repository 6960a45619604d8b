import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { formatByName, formatCount } from '../../../cli/terminal/units.ts';
import { isNumeric } from '../../../../model/field.ts';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import type { Sheet } from '../../data/sheet.ts';
import { useSpan } from '../../data/url-state.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import { OneLine } from './one-line.tsx';
import type { ExploreQuestion } from './question.ts';
import type { CatalogueMetric } from './question-form.tsx';

type Events = AnswerOf<'/events'>;
type StoredEvent = Events['events'][number];

const FIRST_EVENTS = 200;
/** As many as one answer holds; whoever wants more asks with SQL, or exports from the command line. */
const MAX_EVENTS = 1_000;

const momentText = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** The single events behind a figure, the newest first. */
export function EventsView({ question, metric }: { question: ExploreQuestion; metric: CatalogueMetric | undefined }) {
  const span = useSpan();
  const [limit, setLimit] = useState(FIRST_EVENTS);
  const answer = useAnswer('/events', {
    ...span,
    metric: question.metric,
    where: [...question.where],
    order: 'newest_first',
    limit,
  });
  const events = answer.data?.events ?? [];
  const fields = metric?.fields.filter(({ name }) => events.some(({ data }) => data[name] !== undefined)) ?? [];
  return (
    <Panel
      title={`Events of ${question.metric}`}
      note="The newest first, in the time that is picked above."
      aside={<ExportButtons name={question.metric} sheet={eventSheet(events, fields)} />}
    >
      <Answer of={answer} height={320}>
        {({ nextCursor }) =>
          events.length === 0 ? (
            <EmptyState title="No event matches.">Widen the time above, or take away a condition.</EmptyState>
          ) : (
            <Stack gap="xs">
              <DataTable
                label={`List of events of ${question.metric}`}
                columns={columnsOf(fields)}
                rows={events}
                keyOf={({ id }) => id}
              />
              <Group justify="space-between">
                <Text size="sm" c="dimmed">
                  {nextCursor === undefined
                    ? `These are all ${formatCount(events.length)}.`
                    : `The newest ${formatCount(events.length)}; there are more.`}
                </Text>
                {nextCursor === undefined || limit >= MAX_EVENTS ? null : (
                  <Button size="xs" variant="default" loading={answer.isFetching} onClick={() => setLimit(MAX_EVENTS)}>
                    Up to {formatCount(MAX_EVENTS)}
                  </Button>
                )}
              </Group>
            </Stack>
          )
        }
      </Answer>
    </Panel>
  );
}

function columnsOf(fields: CatalogueMetric['fields']): readonly Column<StoredEvent>[] {
  return [
    {
      key: 'time',
      title: 'time',
      show: ({ atMicros }) => <OneLine>{momentText.format(atMicros / 1_000)}</OneLine>,
      sortBy: ({ atMicros }) => atMicros,
    },
    ...fields.map((field): Column<StoredEvent> => ({
      key: field.name,
      title: field.name,
      isNumber: isNumeric(field),
      show: ({ data }) => <FieldValue field={field} value={data[field.name]} />,
      sortBy: ({ data }) => sortable(data[field.name]),
    })),
    { key: 'source', title: 'source', show: ({ source }) => source, sortBy: ({ source }) => source },
  ];
}

type Value = StoredEvent['data'][string] | undefined;

function FieldValue({ field, value }: { field: CatalogueMetric['fields'][number]; value: Value }) {
  if (value === undefined) return '–';
  if (typeof value !== 'string' && typeof value !== 'object') return formatByName(field.name, value);
  if (field.kind === 'one_of') return value;
  return (
    <OneLine>
      <Name of={typeof value === 'object' ? value.join(' ') : value} />
    </OneLine>
  );
}

function sortable(value: Value): string | number | undefined {
  return typeof value === 'object' ? value.join(' ') : typeof value === 'boolean' ? String(value) : value;
}

function eventSheet(events: readonly StoredEvent[], fields: CatalogueMetric['fields']): Sheet {
  return {
    columns: ['id', 'timestamp', ...fields.map(({ name }) => name), 'source', 'inferred'],
    rows: events.map(({ id, timestamp, data, source, inferred }) => [
      id,
      timestamp,
      ...fields.map(({ name }) => {
        const value = data[name];
        return typeof value === 'object' ? value.join(' ') : value;
      }),
      source,
      inferred,
    ]),
  };
}
