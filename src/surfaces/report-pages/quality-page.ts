import { CHURN_DAYS } from '../../analysis/reports/code-churn.ts';
import type { QualityReport } from '../../analysis/reports/quality-report.ts';
import { ABSENT, formatCount, formatNumber } from '../cli/terminal/units.ts';
import type { Page, PageSection } from './page.ts';
import { counted, shareText, shortShare, spanText } from './page-words.ts';

/** How good what was done is. */
export function qualityPage(report: QualityReport, timeZone: string): Page {
  const { tests, completed, accepted, reworkAfterSuccess } = report;
  const flaky = tests.suites.filter((suite) => suite.flaky).length;
  return {
    name: 'quality',
    title: 'Quality',
    span: spanText(report, timeZone),
    warnings: report.complete
      ? []
      : [
          'Events of a part of the span have expired, or there are more than are read at once: figures are of the newest ones.',
        ],
    lead:
      completed === 0 && tests.runs === 0
        ? ['No task ended and no test of a task was run in this time.']
        : [
            `Accepted: ${shareText(accepted)} of the completed tasks. Taken up again after a success: ` +
              `${shareText(reworkAfterSuccess)}.`,
            tests.runs === 0
              ? 'No test run named its task.'
              : `Tests pass at the first run in ${shareText(tests.firstRun)}, at the last run in ${shareText(tests.lastRun)}` +
                `${flaky === 0 ? '' : `; ${counted(flaky, 'suite')} ${flaky === 1 ? 'is' : 'are'} flaky`}.`,
          ],
    sections: [testSection(report), reworkSection(report), churnSection(report)],
  };
}

function testSection({ tests }: QualityReport): PageSection {
  return {
    title: 'Tests',
    detail: `${counted(tests.runs, 'run')}; each suite votes once for each task`,
    table: {
      caption: 'Test results by suite',
      columns: [
        { title: 'suite' },
        { title: 'first run passed', align: 'right' },
        { title: 'last run passed', align: 'right' },
        { title: 'runs', align: 'right', optional: true },
        { title: 'changed by itself', align: 'right' },
        { title: '' },
      ],
      rows: tests.suites.map(({ suite, firstRun, lastRun, runs, flips, flipTasks, flaky }) => [
        suite ?? '(unnamed)',
        shortShare(firstRun),
        shortShare(lastRun),
        formatCount(runs),
        flips === 0 ? '0' : `${formatCount(flips)}, in ${counted(flipTasks, 'task')}`,
        flaky ? { text: 'flaky', tone: 'bad' as const } : '',
      ]),
    },
    notes: [
      'A task that runs its tests ten times counts once: its first run tells how the work was before anybody looked, its ' +
        'last one how it was left. Changed by itself: a result that differs from the run before although no change was ' +
        'told between; flaky from 3 of them on, in 2 tasks, and 5 % of the runs.',
      ...(tests.runsWithoutTask > 0
        ? [`Not in the shares: ${counted(tests.runsWithoutTask, 'run')} that named no task.`]
        : []),
    ],
  };
}

function reworkSection({ completed, reworkAfterSuccess, reworkAfterOther }: QualityReport): PageSection {
  return {
    title: 'Rework',
    detail: `of ${counted(completed, 'task')} that ended`,
    table: {
      caption: 'Tasks claimed again after they had ended',
      columns: [{ title: 'claimed again' }, { title: 'tasks' }],
      rows: [
        ['after a success', shareText(reworkAfterSuccess)],
        ['after another end only', shareText(reworkAfterOther)],
      ],
    },
    notes: ['Claims up to now count, so tasks that ended lately had less time to come back.'],
  };
}

function churnSection({ churn }: QualityReport): PageSection {
  const { complexity } = churn;
  const interval =
    complexity.low === undefined || complexity.high === undefined
      ? ''
      : ` (95 %: ${formatNumber(complexity.low)} to ${formatNumber(complexity.high)})`;
  return {
    title: 'Changes of code',
    detail: counted(churn.tasks, 'task'),
    table: {
      caption: 'Lines and complexity that tasks changed',
      columns: [{ title: 'what' }, { title: 'figure' }],
      rows: [
        ['lines', `${formatCount(churn.linesAdded)} added, ${formatCount(churn.linesDeleted)} deleted`],
        [`tasks whose files another task changed within ${CHURN_DAYS} days`, shareText(churn.changedAgain)],
        [
          'lines of such changes',
          `${formatCount(churn.againLinesAdded)} added, ${formatCount(churn.againLinesDeleted)} deleted`,
        ],
        [
          'cyclomatic complexity, after less before',
          complexity.tasks === 0
            ? ABSENT
            : `${signed(complexity.total)} in ${counted(complexity.tasks, 'task')}; the middle one ` +
              `${complexity.median === undefined ? ABSENT : signed(complexity.median)}${interval}`,
        ],
      ],
    },
    notes: [
      'Events count lines and name files: whether a line was deleted soon after it was added cannot be seen. What is ' +
        'told twice (by git and by a client) counts once, in its fuller telling.',
    ],
  };
}

const signed = (value: number): string => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value));
