import type { UseQueryResult } from '@tanstack/react-query';

import { formatCount } from '../../../cli/terminal/units.ts';
import { TimeChart, type TimeSeries } from '../../charts/time-chart.tsx';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { useSpan } from '../../data/url-state.ts';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';

type Told = AnswerOf<'/series'>;

const COLOURS = { passed: '#2b8a3e', failed: '#e03131', added: '#1c7ed6', deleted: '#e8590c' } as const;
const whole = (value: number): string => formatCount(Math.round(value));

/** Runs of tests over time: all passed, or some failed. */
export function TestsOverTime() {
  const question = { ...useSpan(), metric: 'tests.executed', aggregation: 'count' };
  const passed = useAnswer('/series', { ...question, where: 'failed=0' });
  const failed = useAnswer('/series', { ...question, where: 'failed>0' });
  return (
    <Panel title="Test runs" note="Those in which all tests passed, and those in which some failed.">
      <Drawn
        first={passed}
        second={failed}
        none="No test ran in this time."
        label="Test runs over time, passed and failed"
        seriesOf={(one, other) => [
          { name: 'all passed', colour: COLOURS.passed, points: pointsOf(one) },
          { name: 'some failed', colour: COLOURS.failed, points: pointsOf(other) },
        ]}
        isStacked
      />
    </Panel>
  );
}

/** Lines that were added and deleted over time. */
export function LinesOverTime() {
  const question = { ...useSpan(), metric: 'code.changed' };
  const added = useAnswer('/series', { ...question, aggregation: 'sum(lines_added)' });
  const deleted = useAnswer('/series', { ...question, aggregation: 'sum(lines_deleted)' });
  return (
    <Panel
      title="Lines changed"
      note="As clients and the repository tell them; a change that both tell counts twice here."
    >
      <Drawn
        first={added}
        second={deleted}
        none="No change of code was told in this time."
        label="Lines added and deleted over time"
        seriesOf={(one, other) => [
          { name: 'added', colour: COLOURS.added, points: pointsOf(one) },
          { name: 'deleted', colour: COLOURS.deleted, points: pointsOf(other) },
        ]}
        isStacked={false}
      />
    </Panel>
  );
}

function Drawn({
  first,
  second,
  none,
  label,
  seriesOf,
  isStacked,
}: {
  first: UseQueryResult<Told>;
  second: UseQueryResult<Told>;
  none: string;
  label: string;
  seriesOf: (first: Told, second: Told | undefined) => readonly TimeSeries[];
  isStacked: boolean;
}) {
  return (
    <Answer of={first} height={240}>
      {(one) =>
        one.series.length + (second.data?.series.length ?? 0) === 0 ? (
          <EmptyState title={none} />
        ) : (
          <TimeChart
            label={label}
            kind="bar"
            isStacked={isStacked}
            isWhole
            height={220}
            format={whole}
            series={seriesOf(one, second.data)}
          />
        )
      }
    </Answer>
  );
}

function pointsOf(told: Told | undefined): TimeSeries['points'] {
  return (told?.series[0]?.points ?? []).map(({ start, value }) => ({
    at: start,
    value: typeof value === 'number' ? value : undefined,
  }));
}
