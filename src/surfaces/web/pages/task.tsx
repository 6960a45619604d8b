import { Group, SimpleGrid, Stack, Table, Text, useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

import { TASK_STATES } from '../../../analysis/clock/cluster-clock.ts';
import { lengthText } from '../../cli/clock-words.ts';
import { printable } from '../../cli/terminal/printable.ts';
import { formatCount, formatUsd } from '../../cli/terminal/units.ts';
import { Gantt } from '../charts/gantt.tsx';
import { useAnswer } from '../data/ask.ts';
import { MOMENTS } from '../data/moments.ts';
import { TIME_ZONE } from '../data/url-state.ts';
import { BackLink } from '../parts/back-link.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { NodeLink } from '../parts/entity-link.tsx';
import { Found } from '../parts/found.tsx';
import { Name } from '../parts/name.tsx';
import { OutcomeBadge } from '../parts/outcome-badge.tsx';
import { Panel } from '../parts/panel.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { StateLegend, StateTimes, timesOf } from '../parts/state-times.tsx';
import { Tile } from '../parts/tile.tsx';
import { barsOf, endOf, type Happening, happeningsOf, lanesOf, type Task } from './task/life-bars.ts';

/** One task's life: where its time went, who had it, what happened, what it cost. */
export function TaskPage({ id }: { id: string }) {
  const task = useAnswer('/tasks/{id}', { tz: TIME_ZONE }, { params: { id } });
  return (
    <Stack>
      <BackLink href="/tasks">All tasks</BackLink>
      <Found
        of={task}
        height={480}
        missing="Its events may have expired, or its id is another one: all tasks are one step back."
      >
        {(told) => <Life task={told} />}
      </Found>
    </Stack>
  );
}

function Life({ task }: { task: Task }) {
  const happenings = useMemo(() => happeningsOf(task), [task]);
  const { trace } = task;
  const times = timesOf(TASK_STATES, task.timesMicros);
  return (
    <>
      <Head task={task} />
      <Figures task={task} />
      <Panel
        title="Timeline"
        note={`${MOMENTS.dateTime(trace.fromMicros)} to ${MOMENTS.dateTime(trace.toMicros)}, ${TIME_ZONE}. Drag the bar below it to zoom; what is paler was concluded, not told.`}
      >
        <Timeline task={task} happenings={happenings} />
        <StateLegend states={times.flatMap(({ state, micros }) => (micros > 0 ? [state] : []))} />
      </Panel>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Panel title="Where its time went" note="Each moment is in one state; together they are its whole life.">
          <StateTimes label="Time of the task by state" parts={times} wholeMicros={trace.toMicros - trace.fromMicros} />
        </Panel>
        <Panel title="Turns" note="Who had it, from the claim to the end.">
          <Turns trace={trace} />
        </Panel>
      </SimpleGrid>
      <Panel title="What happened" note="Everything in the picture, in order; moments are those of its beginning.">
        <Happenings happenings={happenings} />
      </Panel>
    </>
  );
}

function Head({ task: { trace } }: { task: Task }) {
  const { history } = trace;
  return (
    <Group gap="sm">
      <Text fz="xl" fw={650}>
        <Name of={history.taskId} />
      </Text>
      <OutcomeBadge
        of={(history.state === 'completed' ? history.attempts.at(-1)?.outcome : undefined) ?? history.state}
      />
      {history.priority === undefined ? null : (
        <Text c="dimmed">
          priority <Name of={history.priority} />
        </Text>
      )}
    </Group>
  );
}

function Figures({ task: { trace, timesMicros, cost } }: { task: Task }) {
  const end = trace.events.findLast(({ metric }) => metric === 'task.completed');
  const [passed, failed] = [end?.data['tests_passed'], end?.data['tests_failed']];
  const files = end?.data['files_modified'];
  const usage = cost?.usage;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Tile
        label="From first to last"
        value={lengthText(trace.toMicros - trace.fromMicros)}
        note={`queued ${lengthText(timesMicros['queued'] ?? 0)}`}
      />
      <Tile
        label="Worked at"
        value={lengthText(timesMicros['working'] ?? 0)}
        note={`testing ${lengthText(timesMicros['testing'] ?? 0)}, lock ${lengthText(timesMicros['lock_wait'] ?? 0)}`}
      />
      <Tile
        label="Cost"
        value={formatUsd(usage?.cost?.usd)}
        note={usage === undefined ? 'no requests are told' : costNote(usage)}
      />
      <Tile
        label="Tests at the end"
        value={typeof passed === 'number' ? `${formatCount(passed)} passed` : '–'}
        note={[
          ...(typeof failed === 'number' ? [`${formatCount(failed)} failed`] : []),
          ...(typeof files === 'number' ? [`${formatCount(files)} files changed`] : []),
        ].join(', ')}
        {...(typeof failed === 'number' && failed > 0 ? { tone: 'red' } : {})}
      />
    </SimpleGrid>
  );
}

function costNote({ events, requests, reportedEvents, unpricedEvents }: NonNullable<Task['cost']>['usage']): string {
  const kind =
    reportedEvents === events
      ? 'as clients reported'
      : reportedEvents === 0
        ? 'at list prices'
        : 'reported, else at list prices';
  const unknown = unpricedEvents === 0 ? '' : `, ${formatCount(unpricedEvents)} of unknown cost`;
  return `${formatCount(requests)} requests, ${kind}${unknown}`;
}

function Timeline({ task: { trace }, happenings }: { task: Task; happenings: readonly Happening[] }) {
  const scheme = useComputedColorScheme('light');
  const lanes = useMemo(() => lanesOf(happenings), [happenings]);
  const bars = useMemo(() => barsOf(happenings, lanes, scheme), [happenings, lanes, scheme]);
  const table = useMemo(
    () => ({
      columns: ['lane', 'from', 'length', 'what', 'node', 'detail'],
      rows: happenings.map(({ lane, fromMicros, toMicros, what, name, nodeId, detail }) => [
        printable(lane),
        MOMENTS.preciseDateTime(fromMicros),
        lengthText(toMicros - fromMicros),
        printable(name === undefined ? what : `${what} ${name}`),
        printable(nodeId ?? '–'),
        printable(detail),
      ]),
    }),
    [happenings],
  );
  return (
    <Gantt
      label={`The life of the task: ${lanes.join(', ')}`}
      lanes={lanes}
      bars={bars}
      fromMicros={trace.fromMicros}
      toMicros={trace.toMicros}
      table={table}
    />
  );
}

function Turns({ trace: { history, toMicros } }: Pick<Task, 'trace'>) {
  if (history.attempts.length === 0) return <Text c="dimmed">Nobody has had it yet.</Text>;
  return (
    <ScrollRegion label="Who had it" minWidth={460}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>node</Table.Th>
            <Table.Th>from</Table.Th>
            <Table.Th ta="right">length</Table.Th>
            <Table.Th>how it ended</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {history.attempts.map((turn) => (
            <Table.Tr key={turn.fromMicros}>
              <Table.Td>
                <NodeLink id={turn.nodeId} />
              </Table.Td>
              <Table.Td>
                {MOMENTS.dateTime(turn.fromMicros)}
                {turn.startConcluded ? ' (concluded)' : ''}
              </Table.Td>
              <Table.Td ta="right">{lengthText((turn.toMicros ?? toMicros) - turn.fromMicros)}</Table.Td>
              <Table.Td>
                <OutcomeBadge of={endOf(turn)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}

function Happenings({ happenings }: { happenings: readonly Happening[] }) {
  return (
    <DataTable
      label="What happened, in order"
      rows={happenings}
      keyOf={({ key }) => key}
      sortedBy="from"
      minWidth={820}
      columns={[
        {
          key: 'from',
          title: 'from',
          show: ({ fromMicros }) => MOMENTS.preciseTime(fromMicros),
          sortBy: ({ fromMicros }) => fromMicros,
        },
        {
          key: 'length',
          title: 'length',
          isNumber: true,
          show: ({ fromMicros, toMicros }) => lengthText(toMicros - fromMicros),
          sortBy: ({ fromMicros, toMicros }) => toMicros - fromMicros,
        },
        {
          key: 'what',
          title: 'what',
          show: ({ what, name }) => (
            <>
              {what} {name === undefined ? null : <Name of={name} />}
            </>
          ),
          sortBy: ({ what, name = '' }) => `${what} ${name}`,
        },
        {
          key: 'node',
          title: 'node',
          show: ({ nodeId }) => <NodeLink id={nodeId} none="–" />,
          sortBy: ({ nodeId }) => nodeId,
        },
        {
          key: 'detail',
          title: 'detail',
          show: ({ detail, isConcluded }) => (
            <>
              {detail === '' ? null : <bdi>{detail}</bdi>}
              {isConcluded ? (
                <Text span size="sm" c="dimmed">
                  {detail === '' ? '' : ' '}(concluded)
                </Text>
              ) : null}
            </>
          ),
        },
      ]}
    />
  );
}
