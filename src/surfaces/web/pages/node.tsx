import { Alert, Anchor, Group, SimpleGrid, Stack, Text, useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'wouter';

import { NODE_STATES } from '../../../analysis/clock/cluster-clock.ts';
import { lengthText, percentText, stateCell } from '../../cli/clock-words.ts';
import { printable } from '../../cli/terminal/printable.ts';
import { formatCount, formatSeconds, formatUsd } from '../../cli/terminal/units.ts';
import { Gantt } from '../charts/gantt.tsx';
import { stateColour } from '../charts/state-colours.ts';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { MOMENTS } from '../data/moments.ts';
import { TIME_ZONE, useSince, useSpan } from '../data/url-state.ts';
import { BackLink } from '../parts/back-link.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { TaskLink } from '../parts/entity-link.tsx';
import { Found } from '../parts/found.tsx';
import { Name } from '../parts/name.tsx';
import { OutcomeBadge } from '../parts/outcome-badge.tsx';
import { Panel } from '../parts/panel.tsx';
import { StateLegend, StateTimes, timesOf } from '../parts/state-times.tsx';
import { EmptyState } from '../parts/states.tsx';
import { Tile } from '../parts/tile.tsx';
import { type Efficiency, ratioText, successText } from './nodes/node-words.tsx';

type Detail = AnswerOf<'/nodes/{id}'>;
type Turn = Detail['turns'][number];

/** One node: its time, its tasks, how it compares, what it cost. */
export function NodePage({ id }: { id: string }) {
  const detail = useAnswer('/nodes/{id}', useSpan(), { params: { id } });
  return (
    <Stack>
      <BackLink href="/nodes">All nodes</BackLink>
      <Head id={id} />
      <Figures id={id} detail={detail.data} />
      <Found of={detail} height={420} missing="Pick a longer time above, or look at all nodes, one step back.">
        {(told) => <Told detail={told} />}
      </Found>
    </Stack>
  );
}

function Head({ id }: { id: string }) {
  const { data } = useAnswer('/nodes', useSpan());
  const node = data?.nodes.find(({ nodeId }) => nodeId === id);
  return (
    <Group gap="sm">
      <Text fz="xl" fw={650}>
        <Name of={id} />
      </Text>
      {node === undefined ? null : (
        <>
          <OutcomeBadge of={node.status} none="no status" />
          <Text c="dimmed">
            {node.role === undefined ? 'no role told' : <Name of={node.role} />}
            {node.model === undefined ? null : (
              <>
                , <Name of={node.model} />
              </>
            )}
          </Text>
          {node.taskId === undefined ? null : (
            <Text>
              at <TaskLink id={node.taskId} />
            </Text>
          )}
        </>
      )}
    </Group>
  );
}

type Speed = Efficiency['nodes'][number]['speed'];
const isCompared = (speed: Speed | undefined): speed is Exclude<Speed, { state: 'too_few' }> =>
  speed !== undefined && speed.state !== 'too_few';

function Figures({ id, detail }: { id: string; detail: Detail | undefined }) {
  const span = useSpan();
  const { data: nodes } = useAnswer('/nodes', span);
  const { data: efficiency } = useAnswer('/node-efficiency', span);
  const { data: costs } = useAnswer('/costs', { ...span, by: ['node'] });
  const share = nodes?.nodes.find(({ nodeId }) => nodeId === id)?.share;
  const compared = efficiency?.nodes.find(({ nodeId }) => nodeId === id);
  const usage = costs?.groups.find(({ key }) => key['node'] === id)?.usage;
  const use = detail?.use;
  const speed = compared?.speed;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Tile
        label="Busy"
        value={use?.busyShare === undefined ? '–' : percentText(use.timesMicros['working'] ?? 0, use.knownMicros)}
        note={use === undefined ? '' : `of ${lengthText(use.knownMicros)} working, idle or waiting`}
      />
      <Tile
        label="Tasks ended"
        value={nodes === undefined ? '–' : formatCount(share?.completed ?? 0)}
        note={
          share === undefined || share.completed === 0
            ? 'in this time'
            : `success ${successText(compared?.success)}; typically ${formatSeconds(share.durationSeconds.p50)}`
        }
      />
      <Tile
        label="Time against others"
        value={efficiency === undefined ? '–' : isCompared(speed) ? `${speed.ratio.toFixed(2)} ×` : 'too few'}
        note={
          !isCompared(speed)
            ? 'like tasks to compare it by'
            : `${ratioText(speed)}, ${speed.state.replaceAll('_', ' ')}`
        }
      />
      <Tile
        label="Cost"
        value={formatUsd(usage?.cost?.usd)}
        note={usage === undefined ? 'no requests are told' : `${formatCount(usage.requests)} requests`}
      />
    </SimpleGrid>
  );
}

function Told({ detail }: { detail: Detail }) {
  const { use, turns, complete } = detail;
  const [since] = useSince();
  const times = timesOf(NODE_STATES, use.timesMicros);
  const whole = times.reduce((sum, { micros }) => sum + micros, 0);
  return (
    <>
      {complete ? null : (
        <Alert color="orange" variant="light" title="A part of this time is not in these figures">
          Single events of it have expired or were too many to read.
        </Alert>
      )}
      <Panel
        title="Timeline"
        note={`${MOMENTS.dateTime(detail.fromMicros)} to ${MOMENTS.dateTime(detail.toMicros)}, ${TIME_ZONE}. Drag the bar below it to zoom; what is paler was concluded, not told.`}
      >
        <Timeline detail={detail} />
        <StateLegend states={times.flatMap(({ state, micros }) => (micros > 0 ? [state] : []))} />
      </Panel>
      <Panel title="Where its time went">
        <StateTimes label="Time of the node by state" parts={times} wholeMicros={whole} />
      </Panel>
      <Panel
        title="Its turns at tasks"
        aside={
          <Anchor
            component={Link}
            size="sm"
            href={`/tasks?${new URLSearchParams({ since, node: detail.nodeId }).toString()}`}
            style={{ whiteSpace: 'nowrap' }}
          >
            Tasks it had last
          </Anchor>
        }
      >
        {turns.length === 0 ? <EmptyState title="It had no task in this time." /> : <Turns turns={turns} />}
      </Panel>
    </>
  );
}

const TURN_COLOURS: Readonly<Record<string, Readonly<Record<'light' | 'dark', string>>>> = {
  success: { light: '#2b8a3e', dark: '#8ce99a' },
  partial: { light: '#e67700', dark: '#ffc078' },
  failure: { light: '#c92a2a', dark: '#ff8787' },
};
const OTHER_TURN = { light: '#868e96', dark: '#909296' };
const LANES = ['state', 'tasks'];

/** How a turn ended, in a word. */
const endOf = ({ open, ended, outcome, reason }: Turn): string =>
  open ? 'working' : ended === 'completed' ? (outcome ?? 'ended') : (reason ?? ended ?? 'taken over');

function Timeline({ detail: { stretches, turns, fromMicros, toMicros } }: { detail: Detail }) {
  const scheme = useComputedColorScheme('light');
  const bars = useMemo(
    () => [
      ...stretches.map((stretch) => ({
        lane: 0,
        fromMicros: stretch.fromMicros,
        toMicros: stretch.toMicros,
        colour: stateColour(stretch.state, scheme),
        isPale: stretch.concluded,
        told: [
          stateCell(stretch.state).text,
          `${lengthText(stretch.toMicros - stretch.fromMicros)} from ${MOMENTS.dateTime(stretch.fromMicros)}`,
        ],
      })),
      ...turns.map((turn) => ({
        lane: 1,
        fromMicros: turn.fromMicros,
        toMicros: turn.toMicros,
        colour: (TURN_COLOURS[turn.outcome ?? ''] ?? OTHER_TURN)[scheme],
        told: [
          turn.taskId,
          `${lengthText(turn.toMicros - turn.fromMicros)} from ${MOMENTS.dateTime(turn.fromMicros)}`,
          endOf(turn),
        ],
      })),
    ],
    [scheme, stretches, turns],
  );
  const table = useMemo(
    () => ({
      columns: ['what', 'from', 'length', 'how it ended'],
      rows: [
        ...turns.map((turn) => [
          printable(turn.taskId),
          MOMENTS.dateTime(turn.fromMicros),
          lengthText(turn.toMicros - turn.fromMicros),
          endOf(turn),
        ]),
        ...stretches.map((stretch) => [
          stateCell(stretch.state).text,
          MOMENTS.preciseDateTime(stretch.fromMicros),
          lengthText(stretch.toMicros - stretch.fromMicros),
          '–',
        ]),
      ],
    }),
    [stretches, turns],
  );
  return (
    <Gantt
      label="The time of the node: its state, and its turns at tasks"
      lanes={LANES}
      bars={bars}
      fromMicros={fromMicros}
      toMicros={toMicros}
      table={table}
    />
  );
}

function Turns({ turns }: { turns: readonly Turn[] }) {
  return (
    <DataTable
      label="Turns at tasks"
      rows={turns}
      keyOf={({ taskId, fromMicros }) => `${taskId} ${fromMicros}`}
      sortedBy="-from"
      minWidth={660}
      height={520}
      columns={[
        { key: 'task', title: 'task', show: ({ taskId }) => <TaskLink id={taskId} />, sortBy: ({ taskId }) => taskId },
        {
          key: 'from',
          title: 'from',
          show: ({ fromMicros }) => MOMENTS.dateTime(fromMicros),
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
          key: 'priority',
          title: 'priority',
          show: ({ priority }) => <Name of={priority} none="–" />,
          sortBy: ({ priority }) => priority,
        },
        { key: 'end', title: 'how it ended', show: (turn) => <OutcomeBadge of={endOf(turn)} />, sortBy: endOf },
      ]}
    />
  );
}
