import { DETECTORS } from '../src/analysis/detectors/index.ts';
import { FAULT_KINDS, FAULT_STRENGTHS } from '../src/example/simulation/fault-book.ts';
import { SimulatedStore } from '../test/proving-ground/simulated-store.ts';
import { type FalseFinding, QUIET_DAYS, watchQuietly } from '../test/proving-ground/watch-quietly.ts';
import type { BenchContext, BenchOutcome, Table } from './harness.ts';
import { acceptPlacebos, type Placebo } from './placebos.ts';
import { FAULT_DAYS, type FaultTrial, plantFault } from './planted-faults.ts';

/** Seeds that nobody may look at while tuning: those below 100 are for that, and a table of 9,000 on was looked at. */
const HELD_OUT_SEED = 9_100;
/** Clusters for a round of the bench. */
const FAULTY_PER_ROUND = 3;
const QUIET_PER_ROUND = 1;
const WATCHED_DAYS = 28;
/** Different days of the week, with two weeks before and after them. */
const ACCEPTED_ON = [16, 22, 28];

/** Whether the analysis finds what is wrong, and nothing where nothing is. Not a measurement of time. */
export async function benchProvingGround({ rounds, tell }: BenchContext): Promise<BenchOutcome> {
  const faults: FaultTrial[] = [];
  const kinds = FAULT_KINDS.filter((kind) => DETECTORS.some((detector) => detector.kind === kind));
  const clusters = rounds * FAULTY_PER_ROUND;
  for (let nth = 0; nth < clusters; nth += 1) {
    tell(`planting faults in cluster ${nth + 1} of ${clusters}`);
    await using quiet = await SimulatedStore.quiet(HELD_OUT_SEED + nth, QUIET_DAYS);
    for (const kind of kinds) {
      for (const strength of FAULT_STRENGTHS) faults.push(await plantFault(quiet, kind, strength));
    }
  }
  const quietClusters = rounds * QUIET_PER_ROUND;
  const wrong: FalseFinding[] = [];
  const placebos: Placebo[] = [];
  for (let nth = 0; nth < quietClusters; nth += 1) {
    tell(`watching quiet cluster ${nth + 1} of ${quietClusters}`);
    await using quiet = await SimulatedStore.quiet(HELD_OUT_SEED + 50 + nth, QUIET_DAYS + WATCHED_DAYS);
    wrong.push(...(await watchQuietly(quiet, QUIET_DAYS + WATCHED_DAYS)));
    placebos.push(...(await acceptPlacebos(quiet, ACCEPTED_ON)));
  }
  const placeboCount = placebos.filter(({ occasion }) => occasion === 'any day').length;
  const helped = placebos.filter(({ occasion, outcome }) => occasion === 'any day' && outcome === 'helped').length;
  const rows = recallRows(faults, wrong, quietClusters);
  const least = (key: 'moderate' | 'strong'): number => Math.min(...rows.map((row) => row[key] ?? 0));
  const strong = faults.filter(({ strength }) => strength === 'strong');
  return {
    tables: [recallTable(rows, clusters, quietClusters), placeboTable(placebos)],
    figures: {
      'proving ground: least found of a kind, strong, %': least('strong'),
      'proving ground: least found of a kind, moderate, %': least('moderate'),
      'proving ground: strong faults named first, %':
        percent(strong.filter(({ isNamedFirst }) => isNamedFirst).length, strong.length) ?? 0,
      'proving ground: most false findings of a kind a month': Math.max(...rows.map((row) => row.wrong)),
      'proving ground: changed nothing, and said to have helped, %': percent(helped, placeboCount) ?? 0,
    },
  };
}

const percent = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : (100 * part) / whole);

type RecallRow = {
  readonly detector: string;
  readonly moderate: number | undefined;
  readonly moderateFirst: number | undefined;
  readonly moderateLast: number | undefined;
  readonly strong: number | undefined;
  readonly strongFirst: number | undefined;
  readonly strongLast: number | undefined;
  readonly named: number | undefined;
  readonly wrong: number;
};

function recallRows(
  faults: readonly FaultTrial[],
  wrong: readonly FalseFinding[],
  months: number,
): readonly RecallRow[] {
  return DETECTORS.map(({ kind }) => {
    const of = (strength: string): readonly FaultTrial[] =>
      faults.filter((fault) => fault.kind === kind && fault.strength === strength);
    const share = (
      trials: readonly FaultTrial[],
      has: (trial: FaultTrial) => boolean | undefined,
    ): number | undefined => percent(trials.filter(has).length, trials.length);
    const [moderate, strong] = [of('moderate'), of('strong')];
    return {
      detector: kind,
      moderate: share(moderate, ({ foundOn }) => foundOn.includes(true)),
      moderateFirst: share(moderate, ({ foundOn }) => foundOn.at(0)),
      moderateLast: share(moderate, ({ foundOn }) => foundOn.at(-1)),
      strong: share(strong, ({ foundOn }) => foundOn.includes(true)),
      strongFirst: share(strong, ({ foundOn }) => foundOn.at(0)),
      strongLast: share(strong, ({ foundOn }) => foundOn.at(-1)),
      named: share(strong, ({ isNamedFirst }) => isNamedFirst),
      wrong: wrong.filter((finding) => finding.kind === kind).length / months,
    };
  });
}

function recallTable(rows: readonly RecallRow[], clusters: number, months: number): Table {
  return {
    title: 'What detectors find in simulated clusters',
    columns: [
      { key: 'detector', label: 'detector' },
      { key: 'moderate', label: 'moderate found %', digits: 0 },
      { key: 'moderateFirst', label: 'on day 1', digits: 0 },
      { key: 'moderateLast', label: `on day ${FAULT_DAYS}`, digits: 0 },
      { key: 'strong', label: 'strong found %', digits: 0 },
      { key: 'strongFirst', label: 'on day 1', digits: 0 },
      { key: 'strongLast', label: `on day ${FAULT_DAYS}`, digits: 0 },
      { key: 'named', label: 'strong named first %', digits: 0 },
      { key: 'wrong', label: 'false a month', digits: 2 },
    ],
    rows,
    notes: [
      `Found: ${clusters} clusters for each kind and strength; ${QUIET_DAYS} quiet days, then the fault for ${FAULT_DAYS}, looked for at the end of each.`,
      'Named first: by the first run that found it, before whatever else that found.',
      `False: ${months} quiet clusters with heavy tails, seasons and bursts, looked at daily for ${WATCHED_DAYS} days; a finding that stays counts once.`,
      `Seeds from ${HELD_OUT_SEED} on, which were not looked at while tuning.`,
    ],
  };
}

function placeboTable(placebos: readonly Placebo[]): Table {
  const groups = [...Map.groupBy(placebos, ({ measure }) => measure), ['all', placebos] as const];
  const rows = groups.map(([measure, all]) => {
    const own = all.filter(({ occasion }) => occasion === 'any day');
    const afterBad = all.filter(({ occasion }) => occasion === 'after a bad day');
    const share = (some: readonly Placebo[], outcome: Placebo['outcome']): number | undefined =>
      percent(some.filter((placebo) => placebo.outcome === outcome).length, some.length);
    return {
      measure,
      verdicts: all.length,
      helped: share(own, 'helped'),
      helpedAfterBad: share(afterBad, 'helped'),
      harmed: share(own, 'harmed'),
      none: share(own, 'no_effect'),
      unknown: share(own, 'cannot_tell'),
    };
  });
  return {
    title: 'Verdicts on advice after which nothing was changed',
    columns: [
      { key: 'measure', label: 'measured by' },
      { key: 'verdicts', label: 'verdicts', digits: 0 },
      { key: 'helped', label: 'helped %', digits: 1 },
      { key: 'helpedAfterBad', label: 'helped, accepted after the worst day %', digits: 1 },
      { key: 'harmed', label: 'harmed %', digits: 1 },
      { key: 'none', label: 'no effect %', digits: 1 },
      { key: 'unknown', label: 'cannot tell %', digits: 1 },
    ],
    rows,
    notes: [
      `Accepted on ${ACCEPTED_ON.length} days of each quiet cluster, and once more after the worst day of the measure in that time; judged two weeks later.`,
    ],
  };
}
