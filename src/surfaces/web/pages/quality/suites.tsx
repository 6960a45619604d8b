import { Badge } from '@mantine/core';

import { formatCount } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { type Share, wholeText } from './share-text.ts';

type Tests = AnswerOf<'/quality'>['tests'];
type Suite = Tests['suites'][number];

/** How the tests of each suite went, the flaky ones first. */
export function Suites({ tests: { suites, runsWithoutTask } }: { tests: Tests }) {
  const note = 'Each task votes once for each suite. Flips are results that changed although nothing else did.';
  return (
    <Panel
      title="Test suites"
      note={
        runsWithoutTask === 0 ? note : `${note} ${formatCount(runsWithoutTask)} runs name no task and vote for nobody.`
      }
      aside={suites.length === 0 ? null : <ExportButtons name="suites" sheet={sheetOf(suites)} />}
    >
      {suites.length === 0 ? (
        <EmptyState title="No test ran in a task in this time." command="amicus-metrics run-tests -- npm test">
          Tests are told by their reports, or by running them through amicus-metrics.
        </EmptyState>
      ) : (
        <DataTable
          label="Suites"
          columns={COLUMNS}
          rows={suites}
          minWidth={800}
          keyOf={({ suite }) => JSON.stringify(suite ?? null)}
        />
      )}
    </Panel>
  );
}

const share = (key: string, title: string, of: (suite: Suite) => Share): Column<Suite> => ({
  key,
  title,
  isNumber: true,
  show: (suite) => wholeText(of(suite)),
  sortBy: (suite) => (of(suite).total === 0 ? undefined : of(suite).hits / of(suite).total),
});

const COLUMNS: readonly Column<Suite>[] = [
  {
    key: 'suite',
    title: 'suite',
    show: ({ suite }) => <Name of={suite} none="no name" />,
    sortBy: ({ suite }) => suite,
  },
  { key: 'runs', title: 'runs', isNumber: true, show: ({ runs }) => formatCount(runs), sortBy: ({ runs }) => runs },
  share('first', 'passed when first run', ({ firstRun }) => firstRun),
  share('last', 'passed when last run', ({ lastRun }) => lastRun),
  {
    key: 'flips',
    title: 'flips',
    isNumber: true,
    show: ({ flips, flipTasks }) => (flips === 0 ? '0' : `${formatCount(flips)} in ${formatCount(flipTasks)} tasks`),
    sortBy: ({ flips }) => flips,
  },
  {
    key: 'flaky',
    title: 'flaky',
    show: ({ flaky }) =>
      flaky ? (
        <Badge variant="light" color="orange" tt="none">
          flaky
        </Badge>
      ) : (
        'no'
      ),
    sortBy: ({ flaky }) => Number(flaky),
  },
];

const sheetOf = (suites: readonly Suite[]) => ({
  columns: [
    'suite',
    'runs',
    'first_passed',
    'first_total',
    'last_passed',
    'last_total',
    'flips',
    'flip_tasks',
    'flaky',
  ],
  rows: suites.map(({ suite, runs, firstRun, lastRun, flips, flipTasks, flaky }) => [
    suite,
    runs,
    firstRun.hits,
    firstRun.total,
    lastRun.hits,
    lastRun.total,
    flips,
    flipTasks,
    flaky,
  ]),
});
