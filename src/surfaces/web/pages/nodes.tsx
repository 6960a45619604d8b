import { Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useMemo } from 'react';

import { formatCount, formatUsd } from '../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { MOMENTS } from '../data/moments.ts';
import { usePathId } from '../data/path-id.ts';
import { useSpan, useUrlValue } from '../data/url-state.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { NodeLink, TaskLink } from '../parts/entity-link.tsx';
import { Name } from '../parts/name.tsx';
import { OutcomeBadge } from '../parts/outcome-badge.tsx';
import { Answer, EmptyState } from '../parts/states.tsx';
import { NodePage } from './node.tsx';
import { busyText, type Efficiency, SpeedCell, successText } from './nodes/node-words.tsx';

type Node = AnswerOf<'/nodes'>['nodes'][number];
type Compared = Efficiency['nodes'][number];
/** What takes longer to answer is `asked` until it is there: that is not the same as absent. */
type Row = {
  readonly node: Node;
  readonly busyShare: number | 'asked' | undefined;
  readonly compared: Compared | 'asked' | undefined;
  readonly costUsd: number | 'asked' | undefined;
};

/** All nodes, or one of them where the address names it. */
export function NodesPage() {
  const id = usePathId('/nodes');
  return id === undefined ? <NodeList /> : <NodePage key={id} id={id} />;
}

function NodeList() {
  const nodes = useAnswer('/nodes', useSpan());
  return (
    <Answer of={nodes} height={400}>
      {({ nodes: all }) =>
        all.length === 0 ? (
          <EmptyState title="No node is known." command="amicus-metrics init">
            Put the proxy before the Amicus server of your agents, or start them.
          </EmptyState>
        ) : (
          <ComparedNodes all={all} />
        )
      }
    </Answer>
  );
}

function ComparedNodes({ all }: { all: readonly Node[] }) {
  const span = useSpan();
  const [gone, setGone] = useUrlValue('gone', '');
  const [sort, setSort] = useUrlValue('sort', '-ended');
  const { data: clock } = useAnswer('/clock', span);
  const { data: efficiency } = useAnswer('/node-efficiency', span);
  const { data: costs } = useAnswer('/costs', { ...span, by: ['node'] });
  const rows = useMemo((): readonly Row[] => {
    const comparedOf = new Map(efficiency?.nodes.map((node) => [node.nodeId, node]));
    const useOf = new Map(clock?.nodes.each.map((use) => [use.nodeId, use.busyShare]));
    const costOf = new Map(costs?.groups.map(({ key, usage }) => [key['node'], usage.cost?.usd]));
    return all
      .filter(({ status, share }) => gone === 'all' || status !== 'terminated' || share !== undefined)
      .map((node) => ({
        node,
        busyShare: clock === undefined ? 'asked' : useOf.get(node.nodeId),
        compared: efficiency === undefined ? 'asked' : comparedOf.get(node.nodeId),
        costUsd: costs === undefined ? 'asked' : costOf.get(node.nodeId),
      }));
  }, [all, clock, costs, efficiency, gone]);
  return (
    <Stack gap="sm">
      <Switch
        label="Also nodes that are gone and did nothing in this time"
        size="sm"
        checked={gone === 'all'}
        onChange={(event) => setGone(event.currentTarget.checked ? 'all' : '')}
      />
      <DataTable
        label="Nodes"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ node }) => node.nodeId}
        sort={sort}
        onSort={setSort}
        minWidth={1170}
        height="calc(100dvh - 260px)"
      />
      <Notes efficiency={efficiency} />
    </Stack>
  );
}

function Notes({ efficiency }: { efficiency: Efficiency | undefined }) {
  const isCut = efficiency !== undefined && efficiency.comparedFromMicros > efficiency.fromMicros;
  return (
    <Text size="sm" c="dimmed" maw={900}>
      Busy: the part of the time working, idle or waiting that was work. Success: of ended tasks whose outcome is known.
      Time against others: from the claim to the end, at tasks of the same priority by nodes of the same role; 1.20 ×
      takes a fifth longer, with its 95 % interval; on the picture left of the line is faster. Called faster or slower
      only where that holds for all nodes together. Cost: at list prices where clients report none.
      {isCut
        ? ` Time against others is of the newest tasks, from ${MOMENTS.dateTime(efficiency.comparedFromMicros)} on.`
        : ''}
      {efficiency?.complete === false
        ? ' Single events of a part of this time have expired: times are of the rest.'
        : ''}
    </Text>
  );
}

const Waiting = () => <Skeleton h={12} w={48} aria-label="Loading" display="inline-block" />;

const known = <Value,>(value: Value | 'asked'): Value | undefined => (value === 'asked' ? undefined : value);
/** What is compared by: its time against others, where it could be compared. */
const ratioOf = ({ compared }: Row): number | undefined => {
  const speed = known(compared)?.speed;
  return speed === undefined || speed.state === 'too_few' ? undefined : speed.ratio;
};
const successOf = ({ compared }: Row): number | undefined => {
  const success = known(compared)?.success;
  return success === undefined || success.total === 0 ? undefined : success.hits / success.total;
};

const COLUMNS: readonly Column<Row>[] = [
  { key: 'node', title: 'node', show: ({ node }) => <NodeLink id={node.nodeId} />, sortBy: ({ node }) => node.nodeId },
  {
    key: 'role',
    title: 'role',
    show: ({ node }) => <Name of={node.role} none="–" />,
    sortBy: ({ node }) => node.role,
  },
  {
    key: 'model',
    title: 'model',
    show: ({ node }) => <Name of={node.model} none="–" />,
    sortBy: ({ node }) => node.model,
  },
  {
    key: 'status',
    title: 'status',
    show: ({ node }) => <OutcomeBadge of={node.status} none="no status" />,
    sortBy: ({ node }) => node.status,
  },
  { key: 'task', title: 'task now', show: ({ node }) => <TaskLink id={node.taskId} none="–" /> },
  {
    key: 'busy',
    title: 'busy',
    isNumber: true,
    show: ({ busyShare }) => (busyShare === 'asked' ? <Waiting /> : busyText(busyShare)),
    sortBy: ({ busyShare }) => known(busyShare),
  },
  {
    key: 'ended',
    title: 'ended',
    isNumber: true,
    show: ({ node }) => formatCount(node.share?.completed ?? 0),
    sortBy: ({ node }) => node.share?.completed ?? 0,
  },
  {
    key: 'success',
    title: 'success',
    isNumber: true,
    show: ({ compared }) => (compared === 'asked' ? <Waiting /> : successText(compared?.success)),
    sortBy: successOf,
  },
  {
    key: 'time',
    title: 'time against others',
    show: ({ compared }) => (compared === 'asked' ? <Waiting /> : <SpeedCell speed={compared?.speed} />),
    sortBy: ratioOf,
  },
  {
    key: 'cost',
    title: 'cost',
    isNumber: true,
    show: ({ costUsd }) => (costUsd === 'asked' ? <Waiting /> : formatUsd(costUsd)),
    sortBy: ({ costUsd }) => known(costUsd),
  },
];
