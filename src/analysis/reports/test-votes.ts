import type { StoredEvent } from '../../model/event.ts';
import { changesByNode, countFlips, FLAKY, isFlaky } from '../detectors/suite-flips.ts';
import { groupRuns, type TestRun } from '../detectors/test-runs.ts';
import { MICROS_PER_MINUTE } from '../../model/range.ts';
import { type Share, shareOf } from './share.ts';

/** How tests of one suite, or of all, went: each task votes once, however often it ran them. */
export type TestVotes = {
  /** Of suites in tasks: how many passed when they were run first, and when they were run last. */
  readonly firstRun: Share;
  readonly lastRun: Share;
  /** Runs that those votes come from. */
  readonly runs: number;
};

/** One suite. */
export type SuiteVotes = TestVotes & {
  /** Absent where runs name no suite. */
  readonly suite: string | undefined;
  /** Results that changed although nothing else did, of all runs of the suite, and in how many tasks. */
  readonly flips: number;
  readonly flipTasks: number;
  readonly flaky: boolean;
};

export type TestQuality = TestVotes & {
  /** Runs that name no task: they vote for nobody. */
  readonly runsWithoutTask: number;
  /** Flaky ones first, then by runs. */
  readonly suites: readonly SuiteVotes[];
};

/** How tests went. Runs and changes oldest first; a run of which no failure count is known is left out. */
export function testQuality(runs: readonly StoredEvent[], changes: readonly StoredEvent[]): TestQuality {
  const grouped = [...groupRuns(runs).values()];
  const ofTasks = grouped.filter(([run]) => run?.unit.startsWith('task '));
  const flips = countFlips(grouped, changesByNode(changes), FLAKY.maxGapMinutes * MICROS_PER_MINUTE);
  const suites = [...Map.groupBy(ofTasks, ([run]) => run?.suite)].map(([suite, groups]): SuiteVotes => {
    const own = flips.get(suite);
    const { firstRun, lastRun, runs: count } = votesOf(groups);
    const flaky = own !== undefined && isFlaky(own, FLAKY);
    return { suite, firstRun, lastRun, runs: count, flips: own?.hits ?? 0, flipTasks: own?.units.size ?? 0, flaky };
  });
  const all = votesOf(ofTasks);
  return {
    ...all,
    runsWithoutTask: grouped.reduce((sum, group) => sum + group.length, 0) - all.runs,
    suites: suites.sort((a, b) => Number(b.flaky) - Number(a.flaky) || b.runs - a.runs),
  };
}

function votesOf(groups: readonly (readonly TestRun[])[]): TestVotes {
  const passed = (place: 0 | -1): number => groups.filter((group) => group.at(place)?.failed === false).length;
  return {
    firstRun: shareOf(passed(0), groups.length),
    lastRun: shareOf(passed(-1), groups.length),
    runs: groups.reduce((sum, group) => sum + group.length, 0),
  };
}
