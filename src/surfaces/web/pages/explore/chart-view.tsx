import { Alert, Stack, Text, useComputedColorScheme } from '@mantine/core';

import { formatByName, formatSeconds } from '../../../cli/terminal/units.ts';
import { PALETTE } from '../../charts/palette.ts';
import { TimeChart, type TimeSeries } from '../../charts/time-chart.tsx';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import type { Sheet } from '../../data/sheet.ts';
import { useSpan } from '../../data/url-state.ts';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import { GroupTable } from './group-table.tsx';
import { groupName, planText } from './answer-text.ts';
import { type ExploreQuestion, isAdditive } from './question.ts';

type Told = AnswerOf<'/series'>;

/** More lines than these cannot be told apart; all groups stand in the table below. */
const MAX_SERIES = 12;

/** A figure over time, and for the whole span by group. */
export function ChartView({ question }: { question: ExploreQuestion }) {
  const span = useSpan();
  const { metric, aggregation, by, where, bucket, compare } = question;
  const answer = useAnswer('/series', {
    ...span,
    metric,
    aggregation,
    by: [...by],
    where: [...where],
    ...(bucket === '' ? {} : { bucket }),
    ...(compare ? { compare: 'true' as const } : {}),
  });
  return (
    <Stack>
      <Panel
        title={`${aggregation} of ${metric}`}
        {...(answer.data === undefined ? {} : { note: noteOf(answer.data) })}
        aside={
          answer.data === undefined ? null : <ExportButtons name={metric} sheet={seriesSheet(answer.data, question)} />
        }
      >
        <Answer of={answer} height={320}>
          {(told) => <SeriesChart told={told} question={question} />}
        </Answer>
      </Panel>
      <GroupTable question={question} />
    </Stack>
  );
}

function noteOf({ bucketSeconds, plan, series }: Told): string {
  const left = series.length - MAX_SERIES;
  const note = `In steps of ${formatSeconds(bucketSeconds)}. ${planText(plan)}`;
  return left > 0 ? `${note} The ${MAX_SERIES} groups that reach highest are drawn, ${left} others are not.` : note;
}

function SeriesChart({ told, question }: { told: Told; question: ExploreQuestion }) {
  const { aggregation, metric, compare, by } = question;
  const colours = PALETTE[useComputedColorScheme('light')];
  // Of no events there are 0: true, but nothing to draw.
  const isEmpty = told.series.every(({ points }) =>
    points.every(({ value = 0, previous = 0 }) => value === 0 && previous === 0),
  );
  if (isEmpty && isAdditive(aggregation)) {
    return <EmptyState title="No event matches.">Widen the time above, or take away a condition.</EmptyState>;
  }
  const drawn = highest(told.series).flatMap(({ group, points }, place): TimeSeries[] => {
    const name = by.length === 0 ? aggregation : groupName(group, by);
    const numbers = (part: 'value' | 'previous'): TimeSeries['points'] =>
      points.map((point) => {
        const value = point[part];
        return { at: point.start, value: typeof value === 'number' ? value : undefined };
      });
    const colour = colours[place % colours.length];
    const now = { name, colour, points: numbers('value') };
    return compare ? [now, { name: `${name}, before`, colour, points: numbers('previous'), isDashed: true }] : [now];
  });
  const isStacked = isAdditive(aggregation) && !compare;
  return (
    <Stack gap="xs">
      {told.plan.missingBefore === undefined ? null : (
        <Alert color="orange" variant="light">
          Single events of a part of this time have expired, and this question needs them: the figures do not cover it.
        </Alert>
      )}
      <TimeChart
        label={`${aggregation} of ${metric} over time${by.length === 0 ? '' : `, by ${by.join(' and ')}`}`}
        kind={isStacked ? 'bar' : 'line'}
        isStacked={isStacked}
        height={320}
        isWhole={aggregation === 'count'}
        format={(value) => formatByName(aggregation, value)}
        series={drawn}
      />
      {compare ? (
        <Text size="sm" c="dimmed">
          Dashed: the span of equal length just before, moved to the same place.
        </Text>
      ) : null}
    </Stack>
  );
}

/** The series that reach highest, in the order in which they came. */
function highest(series: Told['series']): Told['series'] {
  if (series.length <= MAX_SERIES) return series;
  const most = ({ points }: Told['series'][number]): number =>
    Math.max(...points.map(({ value }) => (typeof value === 'number' ? value : Number.NEGATIVE_INFINITY)));
  const kept = new Set(series.toSorted((a, b) => most(b) - most(a)).slice(0, MAX_SERIES));
  return series.filter((one) => kept.has(one));
}

/** Every step of every group, exactly. */
function seriesSheet({ series }: Told, { aggregation, by, compare }: ExploreQuestion): Sheet {
  return {
    columns: ['start', ...by, aggregation, ...(compare ? [`previous ${aggregation}`] : [])],
    rows: series.flatMap(({ group, points }) =>
      points.map(({ start, value, previous }) => [
        start,
        ...by.map((field) => group[field]),
        value,
        ...(compare ? [previous] : []),
      ]),
    ),
  };
}
