import type { AnalysisWindow } from '../analysis-window.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { UsageDetail } from '../ledger/usage-reader.ts';
import type { Finding } from './finding.ts';

/**
 * What a detector says.
 *
 * - `findings`: see them. `clear`: enough was seen, and nothing is wrong.
 * - `learning`: something is there, but too little to judge; `reason` says how much is missing.
 * - `no_data`: nothing of the kind was recorded. `flat`: it never changes, so nothing can stand out.
 */
export type Verdict = {
  readonly state: 'findings' | 'clear' | 'learning' | 'no_data' | 'flat';
  /** One sentence: what was looked at, and why this is the answer. */
  readonly reason: string;
  readonly findings: readonly Finding[];
};

/** One number that a detector goes by. */
export type Parameter = {
  readonly value: number;
  readonly unit: string;
  readonly doc: string;
};
export type Parameters = Readonly<Record<string, Parameter>>;
export type ParameterValues<P extends Parameters> = { readonly [Name in keyof P]: number };

/** What evidence is gathered from. What several detectors need is read once. */
export interface Gatherer extends EventAnswerer {
  /** The clock of a span. */
  clock(fromMicros: number, toMicros: number): Promise<ClusterClock>;
  /** The usage of a span, each request once. `detail`: what its lines are told apart by; less costs less. */
  ledger(fromMicros: number, toMicros: number, detail?: UsageDetail): Promise<Ledger>;
}

/** How one kind of trouble is recognised. Asks in `gather`, decides in `judge`, which is pure. */
export type Detector<P extends Parameters = Parameters, Evidence = unknown> = {
  /** snake_case, as in findings, configuration and advice. */
  readonly kind: string;
  /** What it looks for, in a few words: `Slow tasks`. */
  readonly title: string;
  /** What it compares with what, when it speaks and when it stays silent. For the reference page. */
  readonly doc: string;
  readonly parameters: P;
  gather(ask: Gatherer, window: AnalysisWindow, values: ParameterValues<P>): Promise<Evidence>;
  judge(evidence: Evidence, window: AnalysisWindow, values: ParameterValues<P>): Verdict;
};

/** A detector with types that no longer matter: what the index holds. */
export type AnyDetector = Omit<Detector, 'gather' | 'judge'> & {
  /** Gathers and judges. `overrides` stand for some of the parameters. */
  detect(ask: Gatherer, window: AnalysisWindow, overrides?: Readonly<Record<string, number>>): Promise<Verdict>;
};

/** Declare a detector. Types of its parameters and its evidence follow from how it is declared. */
export function defineDetector<const P extends Parameters, Evidence>(detector: Detector<P, Evidence>): AnyDetector {
  const { kind, title, doc, parameters } = detector;
  return {
    kind,
    title,
    doc,
    parameters,
    async detect(ask, window, overrides = {}) {
      const values = Object.fromEntries(
        Object.entries(parameters).map(([name, { value }]) => [name, overrides[name] ?? value]),
      ) as ParameterValues<P>;
      return detector.judge(await detector.gather(ask, window, values), window, values);
    },
  };
}
