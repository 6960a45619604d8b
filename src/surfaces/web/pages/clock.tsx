import { Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';

import { NODE_STATES, TASK_STATES } from '../../../analysis/clock/cluster-clock.ts';
import { lengthText, percentText } from '../../cli/clock-words.ts';
import { formatCount, formatNumber } from '../../cli/terminal/units.ts';
import { StateBars } from '../charts/state-bars.tsx';
import { TimeChart } from '../charts/time-chart.tsx';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { MOMENTS } from '../data/moments.ts';
import { TIME_ZONE, useSpan } from '../data/url-state.ts';
import { Panel } from '../parts/panel.tsx';
import { StateTimes, timesOf } from '../parts/state-times.tsx';
import { Answer, EmptyState } from '../parts/states.tsx';
import { CriticalPath } from './clock/critical-path.tsx';
import { Locks } from './clock/locks.tsx';
import { LostWork } from './clock/lost-work.tsx';
import { Waits } from './clock/waits.tsx';

type Clock = AnswerOf<'/clock'>;

/** Where the time of tasks and nodes went: each moment of each in one state, what nothing tells of included. */
export function ClockPage() {
  const clock = useAnswer('/clock', useSpan());
  return (
    <Answer of={clock} height={560}>
      {(told) =>
        told.tasks.count + told.nodes.count === 0 ? (
          <EmptyState title="Nothing was told of tasks or nodes in this time." command="amicus-metrics up">
            Look further back with the picker above, or let it watch the cluster.
          </EmptyState>
        ) : (
          <Told clock={told} />
        )
      }
    </Answer>
  );
}

function Told({ clock }: { clock: Clock }) {
  const { tasks, nodes, locks, path } = clock;
  return (
    <Stack>
      <Text c="dimmed" size="sm">
        {MOMENTS.dateTime(clock.fromMicros)} to {MOMENTS.dateTime(clock.toMicros)}, {TIME_ZONE}. Each moment of a task
        and of a node is in one state; what nothing tells of is unattributed.
      </Text>
      {clock.complete ? null : (
        <Alert color="orange" variant="light" title="A part of this time is not in these figures">
          Single events of it have expired or were too many to read.
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <TaskTimes tasks={tasks} />
        <NodeTimes nodes={nodes} />
      </SimpleGrid>
      {nodes.each.length === 0 ? null : <EachNode nodes={nodes} />}
      <Waits clock={clock} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <AtOnce concurrency={clock.concurrency} />
        <Locks locks={locks} />
      </SimpleGrid>
      <CriticalPath path={path} />
      <LostWork clock={clock} />
    </Stack>
  );
}

const wholeOf = (parts: readonly { readonly micros: number }[]): number =>
  parts.reduce((sum, { micros }) => sum + micros, 0);

function TaskTimes({ tasks }: { tasks: Clock['tasks'] }) {
  const parts = timesOf(TASK_STATES, tasks.timesMicros);
  const open = tasks.open === 0 ? 'None is open.' : `${formatCount(tasks.open)} open.`;
  return (
    <Panel title={`Time of ${formatCount(tasks.count)} ${tasks.count === 1 ? 'task' : 'tasks'}`} note={open}>
      {tasks.count === 0 ? (
        <EmptyState title="No task was open in this time." />
      ) : (
        <StateTimes label="Time of tasks by state" parts={parts} wholeMicros={wholeOf(parts)} />
      )}
    </Panel>
  );
}

function NodeTimes({ nodes: { count, cluster } }: { nodes: Clock['nodes'] }) {
  const parts = timesOf(NODE_STATES, cluster.timesMicros);
  const busy =
    cluster.busyShare === undefined
      ? 'Nothing is known of what they did.'
      : `Busy ${percentText(cluster.timesMicros['working'] ?? 0, cluster.knownMicros)} of ${lengthText(cluster.knownMicros)} working, idle or waiting.`;
  return (
    <Panel title={`Time of ${formatCount(count)} ${count === 1 ? 'node' : 'nodes'}`} note={busy}>
      {count === 0 ? (
        <EmptyState title="No node was there in this time." />
      ) : (
        <StateTimes label="Time of nodes by state" parts={parts} wholeMicros={wholeOf(parts)} />
      )}
    </Panel>
  );
}

function EachNode({ nodes: { each } }: { nodes: Clock['nodes'] }) {
  const bars = useMemo(
    () =>
      each.map(({ nodeId = '(unknown)', timesMicros }) => {
        const parts = timesOf(NODE_STATES, timesMicros);
        return { name: nodeId, parts, wholeMicros: wholeOf(parts) };
      }),
    [each],
  );
  return (
    <Panel title="Each node" note="The length of a bar is the time that the node was there; the busiest first.">
      <StateBars label="Time of each node by state" states={NODE_STATES} bars={bars} />
    </Panel>
  );
}

const meanText = (value: number): string => formatNumber(Math.round(value * 100) / 100);

function AtOnce({ concurrency }: { concurrency: Clock['concurrency'] }) {
  const series = useMemo(() => {
    const points = concurrency?.points ?? [];
    return [
      { name: 'mean', points: points.map(({ fromMicros, mean }) => ({ at: fromMicros / 1e6, value: mean })) },
      {
        name: 'at most',
        isDashed: true,
        points: points.map(({ fromMicros, max }) => ({ at: fromMicros / 1e6, value: max })),
      },
    ];
  }, [concurrency]);
  const note =
    concurrency?.mean === undefined
      ? 'A node counts once, however many tasks it has.'
      : `On average ${meanText(concurrency.mean)}, at most ${formatCount(concurrency.max)}. A node counts once, however many tasks it has.`;
  return (
    <Panel title="Nodes at work at once" note={note}>
      {concurrency === undefined || concurrency.max === 0 ? (
        <EmptyState title="No node worked in this time." />
      ) : (
        <TimeChart label="Nodes at work at once, over time" series={series} format={meanText} height={260} />
      )}
    </Panel>
  );
}
