import { Anchor, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';

import { healthText } from '../../cli/health-text.ts';
import { formatCount, formatSeconds } from '../../cli/terminal/units.ts';
import { TimeChart } from '../charts/time-chart.tsx';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { TIME_ZONE, useSpan } from '../data/url-state.ts';
import { DataTable } from '../parts/data-table.tsx';
import { InsightCard } from '../parts/insight-card.tsx';
import { Name } from '../parts/name.tsx';
import { Panel } from '../parts/panel.tsx';
import { Answer, EmptyState } from '../parts/states.tsx';
import { Tile, WaitingTile } from '../parts/tile.tsx';
import { AlertsTile } from './overview/alerts-tile.tsx';
import { SpendTile } from './overview/spend-tile.tsx';

/** How many insights the first page shows; the others have a page of their own. */
const SHOWN_INSIGHTS = 3;

/** The state of the cluster at a glance: is it well, what is it doing, what needs somebody. */
export function OverviewPage() {
  const span = useSpan();
  const overview = useAnswer('/overview', span);
  const status = useAnswer('/status', {});
  const insights = useAnswer('/insights', { tz: TIME_ZONE });
  return (
    <Stack>
      <Health insights={insights.data} status={status.data} />
      <Answer of={status} height={104}>
        {(now) => <Figures status={now} overview={overview.data} />}
      </Answer>
      <Activity />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Panel title="Needs attention" aside={<PageLink href="/insights">All insights</PageLink>}>
          <Answer of={insights}>
            {({ incidents, advice }) =>
              incidents.length === 0 ? (
                <EmptyState title="Nothing needs attention." />
              ) : (
                <Stack gap="sm">
                  {incidents.slice(0, SHOWN_INSIGHTS).map((incident) => (
                    <InsightCard
                      key={incident.id}
                      incident={incident}
                      advice={advice.find((one) => one.advice.id === incident.id)}
                      isBrief
                    />
                  ))}
                </Stack>
              )
            }
          </Answer>
        </Panel>
        <Panel title="Nodes" aside={<PageLink href="/nodes">All nodes</PageLink>}>
          <Answer of={status}>{({ nodes }) => <Nodes nodes={nodes} />}</Answer>
        </Panel>
      </SimpleGrid>
    </Stack>
  );
}

function PageLink({ href, children }: { href: string; children: string }) {
  return (
    <Anchor component={Link} href={href} size="sm" style={{ whiteSpace: 'nowrap' }}>
      {children}
    </Anchor>
  );
}

type Status = AnswerOf<'/status'>;

/** One sentence: what one would say when asked how the cluster is. */
function Health({ insights, status }: { insights: AnswerOf<'/insights'> | undefined; status: Status | undefined }) {
  if (insights === undefined || status === undefined) return null;
  return (
    <Text fz="lg" role="status">
      {healthText({ incidents: insights.incidents, nodes: status.nodes })}
    </Text>
  );
}

function Figures({ status, overview }: { status: Status; overview: AnswerOf<'/overview'> | undefined }) {
  const { queue } = status;
  const working = status.nodes.filter(({ status: state }) => state === 'working').length;
  return (
    <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }}>
      <Tile
        label="Waiting tasks"
        value={formatCount(queue?.pending)}
        note={
          queue?.oldestPendingSeconds === undefined
            ? 'now'
            : `the oldest for ${formatSeconds(queue.oldestPendingSeconds)}`
        }
      />
      <Tile label="Nodes at work" value={formatCount(working)} note="now" />
      {overview === undefined ? (
        <>
          <WaitingTile label="Tasks ended" />
          <WaitingTile label="Wait in the queue" />
        </>
      ) : (
        <>
          <Tile
            label="Tasks ended"
            value={formatCount(overview.completed)}
            note={`${formatCount(overview.claimed)} claimed; typically ${formatSeconds(overview.durationSeconds.p50)}`}
          />
          <Tile
            label="Wait in the queue"
            value={formatSeconds(overview.queueSeconds.p50)}
            note={`typically; one in twenty over ${formatSeconds(overview.queueSeconds.p95)}`}
          />
        </>
      )}
      <SpendTile />
      <AlertsTile />
    </SimpleGrid>
  );
}

function Activity() {
  const span = useSpan();
  const series = useAnswer('/series', { ...span, metric: 'task.completed', aggregation: 'count', by: ['outcome'] });
  return (
    <Panel title="Tasks that ended" note="By outcome.">
      <Answer of={series} height={220}>
        {({ series: told }) =>
          told.length === 0 ? (
            <EmptyState title="No task ended in this time." />
          ) : (
            <TimeChart
              label="Tasks that ended over time, by outcome"
              kind="bar"
              isStacked
              height={200}
              format={(value) => formatCount(Math.round(value))}
              series={told.toSorted(byOutcome).map(({ group, points }) => ({
                name: String(group['outcome'] ?? 'unknown'),
                colour: OUTCOME_COLOURS[String(group['outcome'])],
                points: points.map(({ start, value }) => ({
                  at: start,
                  value: typeof value === 'number' ? value : undefined,
                })),
              }))}
            />
          )
        }
      </Answer>
    </Panel>
  );
}

/** Good ones below, so that what went wrong stands on top of the bars. */
const OUTCOME_ORDER = ['success', 'partial', 'failure', 'abandoned', 'unknown'];
const OUTCOME_COLOURS: Readonly<Record<string, string>> = {
  success: '#2b8a3e',
  partial: '#e67700',
  failure: '#c92a2a',
  abandoned: '#862e9c',
  unknown: '#868e96',
};
type OutcomeSeries = { readonly group: Readonly<Record<string, unknown>> };
const byOutcome = (a: OutcomeSeries, b: OutcomeSeries): number =>
  OUTCOME_ORDER.indexOf(String(a.group['outcome'])) - OUTCOME_ORDER.indexOf(String(b.group['outcome']));

function Nodes({ nodes }: { nodes: Status['nodes'] }) {
  if (nodes.length === 0) {
    return (
      <EmptyState title="No node is known." command="amicus-metrics init">
        Put the proxy before the Amicus server of your agents, or start them.
      </EmptyState>
    );
  }
  return (
    <DataTable
      label="Nodes and their tasks"
      rows={nodes}
      keyOf={({ nodeId }) => nodeId}
      columns={[
        { key: 'node', title: 'node', show: ({ nodeId }) => <Name of={nodeId} />, sortBy: ({ nodeId }) => nodeId },
        { key: 'role', title: 'role', show: ({ role }) => <Name of={role} />, sortBy: ({ role }) => role },
        { key: 'status', title: 'status', show: ({ status }) => status ?? '–', sortBy: ({ status }) => status },
        { key: 'task', title: 'task', show: ({ taskId }) => (taskId === undefined ? '–' : <Name of={taskId} />) },
      ]}
    />
  );
}
