import { Group } from '@mantine/core';

import { totalInput } from '../../../../analysis/ledger/figures.ts';
import { NOT_TOLD } from '../../../cli/cost-words.ts';
import { valueText } from '../../../cli/figure-text.ts';
import { ABSENT, formatCount, formatUsd } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import type { Sheet } from '../../data/sheet.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { NodeLink, TaskLink } from '../../parts/entity-link.tsx';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { Name } from '../../parts/name.tsx';
import { EmptyState } from '../../parts/states.tsx';
import type { Dimension } from './dimension.ts';

type Costs = AnswerOf<'/costs'>;
type CostGroup = Costs['groups'][number];

/** Costs by one dimension: what was reported and what was computed beside each other, never added. */
export function CostTable({ costs, dimension }: { costs: Costs; dimension: Dimension }) {
  if (costs.groups.length === 0) {
    return (
      <EmptyState title="No use of a model was told in this time." command="amicus-metrics sources --setup">
        Widen the time above; or let the clients of the agents tell what they use.
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable
        // Another dimension is another table, with an order of its own.
        key={dimension}
        label={`Costs by ${dimension}`}
        columns={columnsOf(costs, dimension)}
        rows={costs.groups}
        keyOf={({ key }) => JSON.stringify(key[dimension] ?? null)}
        minWidth={760}
        sortedBy={dimension === 'day' ? '-day' : '-cost'}
      />
      <Group justify="end" mt="xs">
        <ExportButtons name={`costs-by-${dimension}`} sheet={sheetOf(costs, dimension)} />
      </Group>
    </>
  );
}

function columnsOf({ total }: Costs, dimension: Dimension): readonly Column<CostGroup>[] {
  const figure = (
    key: string,
    title: string,
    of: (group: CostGroup) => number | undefined,
    format: (value: number | undefined) => string,
  ): Column<CostGroup> => ({
    key,
    title,
    isNumber: true,
    show: (group) => format(of(group)),
    sortBy: of,
  });
  const share = (value: number | undefined): string => (value === undefined ? ABSENT : valueText(value, 'share'));
  return [
    {
      key: dimension,
      title: dimension,
      show: ({ key }) => <GroupName of={key[dimension]} dimension={dimension} />,
      sortBy: ({ key }) => key[dimension],
    },
    figure('requests', 'requests', ({ usage }) => usage.requests, formatCount),
    figure('input', 'input', ({ usage }) => totalInput(usage), formatCount),
    figure('output', 'output', ({ usage }) => usage.outputTokens, formatCount),
    figure('cache', 'from cache', ({ usage }) => cacheShare(usage), share),
    figure('reported', 'reported', ({ usage }) => usage.reported?.usd, formatUsd),
    figure('computed', 'computed', ({ usage }) => usage.computed?.usd, formatUsd),
    figure('cost', 'cost', ({ usage }) => usage.cost?.usd, formatUsd),
    ...(total.concluded === undefined
      ? []
      : [figure('concluded', 'of it concluded', ({ concluded }) => concluded?.usd, formatUsd)]),
    ...(total.usage.flatPlan === undefined || total.usage.flatPlan.usd === 0
      ? []
      : [figure('billed', 'billed', ({ usage }) => usage.billed?.usd, formatUsd)]),
    ...(total.usage.unpricedEvents === 0
      ? []
      : [figure('unpriced', 'no price', ({ usage }) => usage.unpricedEvents || undefined, formatCount)]),
  ];
}

function GroupName({ of, dimension }: { of: string | undefined; dimension: Dimension }) {
  if (dimension === 'day') return <span style={{ whiteSpace: 'nowrap' }}>{of}</span>;
  if (dimension === 'task') return <TaskLink id={of} none={NOT_TOLD.task} />;
  if (dimension === 'node') return <NodeLink id={of} none={NOT_TOLD.node} />;
  return of === undefined ? <span>{NOT_TOLD[dimension]}</span> : <Name of={of} />;
}

function cacheShare(usage: CostGroup['usage']): number | undefined {
  const input = totalInput(usage);
  return input === 0 ? undefined : usage.cachedTokens / input;
}

/** Money to the nano-dollar, as decimal text. */
function sheetOf({ groups }: Costs, dimension: Dimension): Sheet {
  return {
    columns: [
      dimension,
      'requests',
      'input_tokens',
      'cached_tokens',
      'output_tokens',
      'reported_usd',
      'computed_usd',
      'cost_usd',
      'billed_usd',
      'unpriced_events',
    ],
    rows: groups.map(({ key, usage }) => [
      key[dimension],
      usage.requests,
      totalInput(usage),
      usage.cachedTokens,
      usage.outputTokens,
      usage.reported?.exact,
      usage.computed?.exact,
      usage.cost?.exact,
      usage.billed?.exact,
      usage.unpricedEvents,
    ]),
  };
}
