import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { openClock } from '../clock/open-clock.ts';
import { Conclusions } from '../ledger/conclusions.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { FULL_DETAIL } from '../ledger/usage-reader.ts';
import type { AggregateAnswer } from '../../query/question.ts';
import type { Gatherer, Verdict } from './detector.ts';
import { DETECTORS } from './index.ts';

/** Values that stand for the declared ones, by detector and parameter. */
export type ParameterOverrides = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What one detector says. */
export type KindVerdict = { readonly kind: string; readonly title: string; readonly verdict: Verdict };

/**
 * Reads for detectors: aggregates, clocks and ledgers that were asked for before are not read again. Holds all it read;
 * made for one run of the detectors and dropped after it.
 */
export function openGatherer(ask: EventAnswerer, nowMicros: number): Gatherer {
  const aggregates = new Map<string, Promise<AggregateAnswer>>();
  const clocks = new Map<string, Promise<ClusterClock>>();
  const ledgers = new Map<string, Promise<Ledger>>();
  const asking: EventAnswerer = {
    query: (question) => ask.query(question),
    series: (question) => ask.series(question),
    events: (question) => ask.events(question),
    aggregate: (question) => once(aggregates, JSON.stringify(question), () => ask.aggregate(question)),
  };
  const conclusions = new Conclusions(asking);
  return {
    ...asking,
    clock: (fromMicros, toMicros) =>
      once(clocks, `${fromMicros} ${toMicros}`, () => openClock(asking, fromMicros, toMicros, nowMicros)),
    ledger: (fromMicros, toMicros, detail = FULL_DETAIL) =>
      once(ledgers, JSON.stringify([fromMicros, toMicros, detail]), () =>
        openLedger(asking, { since: fromMicros / 1e6, until: toMicros / 1e6 }, detail, [], conclusions),
      ),
  };
}

async function once<Answer>(
  known: Map<string, Promise<Answer>>,
  key: string,
  read: () => Promise<Answer>,
): Promise<Answer> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const answer = read();
  known.set(key, answer);
  return answer;
}

/** What every detector says of a window, in the order of the index. */
export async function runDetectors(
  ask: Gatherer,
  window: AnalysisWindow,
  overrides: ParameterOverrides = {},
): Promise<readonly KindVerdict[]> {
  const verdicts: KindVerdict[] = [];
  for (const detector of DETECTORS) {
    const { kind, title } = detector;
    verdicts.push({ kind, title, verdict: await detector.detect(ask, window, overrides[kind]) });
  }
  return verdicts;
}
