import { useMemo } from 'react';

import { valueText } from '../../../cli/figure-text.ts';
import { ABSENT, formatCount } from '../../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { useSpan } from '../../data/url-state.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { NodeLink } from '../../parts/entity-link.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import { type Share, wholeText } from './share-text.ts';

type Compared = AnswerOf<'/node-efficiency'>['nodes'][number];
type Figures = AnswerOf<'/aggregate'>['rows'][number]['values'] | undefined;
type Row = {
  readonly nodeId: string | undefined;
  readonly success: Share | undefined;
  readonly runs: Share;
  readonly code: Figures;
};

const CODE = ['sum(lines_added)', 'sum(lines_deleted)', 'sum(complexity_delta)'];

/** The same by node: how its attempts ended, how its tests went, what it changed. */
export function NodeQuality() {
  const span = useSpan();
  const efficiency = useAnswer('/node-efficiency', span);
  const runs = useAnswer('/aggregate', { ...span, metric: 'tests.executed', by: 'node_id' });
  const passed = useAnswer('/aggregate', { ...span, metric: 'tests.executed', by: 'node_id', where: 'failed=0' });
  const code = useAnswer('/aggregate', { ...span, metric: 'code.changed', by: 'node_id', aggregations: CODE });
  const rows = useMemo(
    () => rowsOf(efficiency.data?.nodes ?? [], byNode(runs.data), byNode(passed.data), byNode(code.data)),
    [code.data, efficiency.data, passed.data, runs.data],
  );
  return (
    <Panel title="By node" note="Success: of the attempts that ended. Nodes with few of them say little.">
      <Answer of={efficiency} height={200}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title="No node did anything in this time." />
          ) : (
            <DataTable
              label="Quality of each node"
              columns={COLUMNS}
              rows={rows}
              sortedBy="-success"
              minWidth={760}
              keyOf={({ nodeId }) => JSON.stringify(nodeId ?? null)}
            />
          )
        }
      </Answer>
    </Panel>
  );
}

type ByNode = ReadonlyMap<string | undefined, Figures>;

function byNode(answer: AnswerOf<'/aggregate'> | undefined): ByNode {
  return new Map(
    answer?.rows.map(({ group, values }) => {
      const node = group['node_id'];
      return [node === undefined ? undefined : String(node), values];
    }),
  );
}

function rowsOf(nodes: readonly Compared[], runs: ByNode, passed: ByNode, code: ByNode): readonly Row[] {
  const known = new Set([...nodes.map(({ nodeId }) => nodeId), ...runs.keys(), ...code.keys()]);
  return [...known].map((nodeId) => ({
    nodeId,
    success: nodes.find((node) => node.nodeId === nodeId)?.success,
    runs: { hits: Number(passed.get(nodeId)?.['count'] ?? 0), total: Number(runs.get(nodeId)?.['count'] ?? 0) },
    code: code.get(nodeId),
  }));
}

const partOf = (share: Share | undefined): number | undefined =>
  share === undefined || share.total === 0 ? undefined : share.hits / share.total;

function numberOf(figures: Figures, aggregation: string): number | undefined {
  const value = figures?.[aggregation];
  return typeof value === 'number' ? value : undefined;
}

const figure = (key: string, title: string, aggregation: string): Column<Row> => ({
  key,
  title,
  isNumber: true,
  show: ({ code }) => {
    const value = numberOf(code, aggregation);
    return value === undefined ? ABSENT : value < 0 ? valueText(value, 'count') : formatCount(value);
  },
  sortBy: ({ code }) => numberOf(code, aggregation),
});

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'node',
    title: 'node',
    show: ({ nodeId }) => <NodeLink id={nodeId} none="(no node)" />,
    sortBy: ({ nodeId }) => nodeId,
  },
  {
    key: 'success',
    title: 'success',
    isNumber: true,
    show: ({ success }) => (success === undefined ? ABSENT : wholeText(success)),
    sortBy: ({ success }) => partOf(success),
  },
  {
    key: 'runs',
    title: 'test runs that passed',
    isNumber: true,
    show: ({ runs }) => wholeText(runs),
    sortBy: ({ runs }) => partOf(runs),
  },
  figure('added', 'lines added', 'sum(lines_added)'),
  figure('deleted', 'deleted', 'sum(lines_deleted)'),
  figure('complexity', 'complexity', 'sum(complexity_delta)'),
];
