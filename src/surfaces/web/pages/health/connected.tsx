import { Badge } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';

import { ABSENT, formatCount, formatShare } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';

type Sources = AnswerOf<'/sources'>;
type Source = Sources['sources'][number];
type Client = Sources['clients'][number];

/** Who told something in the time that is shown, and whose work that is known to be. */
export function Connected({ sources }: { sources: UseQueryResult<Sources> }) {
  return (
    <>
      <Panel
        title="Sources"
        note="In the time that is picked above."
        aside={sources.data === undefined ? null : <Receiver listening={sources.data.listening} />}
      >
        <Answer of={sources}>
          {({ sources: rows }) =>
            rows.length === 0 ? (
              <EmptyState title="No event in this time." command="amicus-metrics up">
                Widen the time above, or start it where the cluster works.
              </EmptyState>
            ) : (
              <DataTable
                label="What each source told"
                columns={SOURCE_COLUMNS}
                rows={rows}
                keyOf={({ source }) => source}
              />
            )
          }
        </Answer>
      </Panel>
      <Panel
        title="Clients of agents"
        note="A node or task is known where it was told, or follows from the session or claim."
      >
        <Answer of={sources}>
          {({ clients }) =>
            clients.length === 0 ? (
              <EmptyState title="No client has told anything in this time.">
                The lines below make each of them send its telemetry.
              </EmptyState>
            ) : (
              <DataTable
                label="What each client told"
                columns={CLIENT_COLUMNS}
                rows={clients}
                minWidth={760}
                keyOf={({ client, feed }) => JSON.stringify([client, feed])}
              />
            )
          }
        </Answer>
      </Panel>
    </>
  );
}

function Receiver({ listening }: { listening: string | undefined }) {
  return listening === undefined ? (
    <Badge variant="light" color="gray" tt="none" style={{ flexShrink: 0 }}>
      receiver off
    </Badge>
  ) : (
    <Badge variant="light" color="teal" tt="none" style={{ flexShrink: 0 }}>
      receiver at {listening}
    </Badge>
  );
}

const SOURCE_COLUMNS: readonly Column<Source>[] = [
  { key: 'source', title: 'source', show: ({ source }) => <Name of={source} />, sortBy: ({ source }) => source },
  {
    key: 'events',
    title: 'events',
    isNumber: true,
    show: ({ events }) => formatCount(events),
    sortBy: ({ events }) => events,
  },
  lastEvent<Source>(),
];

const CLIENT_COLUMNS: readonly Column<Client>[] = [
  { key: 'client', title: 'client', show: ({ client }) => <Name of={client} />, sortBy: ({ client }) => client },
  { key: 'feed', title: 'told by', show: ({ feed }) => feed, sortBy: ({ feed }) => feed },
  {
    key: 'events',
    title: 'events',
    isNumber: true,
    show: ({ events }) => formatCount(events),
    sortBy: ({ events }) => events,
  },
  {
    key: 'node',
    title: 'of a known node',
    isNumber: true,
    show: ({ withNode, nodeBySession, events }) => formatShare(withNode + nodeBySession, events),
  },
  {
    key: 'task',
    title: 'of a known task',
    isNumber: true,
    show: ({ withTask, taskBySession, taskByClaim, events }) =>
      formatShare(withTask + taskBySession + taskByClaim, events),
  },
  lastEvent<Client>(),
];

function lastEvent<Row extends { readonly lastMicros?: number | undefined }>(): Column<Row> {
  return {
    key: 'last',
    title: 'last event',
    isNumber: true,
    show: ({ lastMicros }) => (lastMicros === undefined ? ABSENT : MOMENTS.dateTime(lastMicros)),
    sortBy: ({ lastMicros }) => lastMicros,
  };
}
