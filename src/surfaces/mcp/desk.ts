import type { Insights } from '../../analysis/insights/insights.ts';
import type { CommandContext } from '../cli/context.ts';
import { insightOptionsOf } from '../cli/insight-options.ts';
import { EvidenceBook } from './evidence-book.ts';

/** What of a run the tools need: its folder, its clock and zone, its configuration, its collector. */
export type DeskContext = Pick<
  CommandContext,
  'directory' | 'env' | 'cwd' | 'clock' | 'timeZone' | 'collector' | 'recordingCollector'
>;

/** Where tools ask, for all connections of a process: questions are answered one after the other. */
export class Desk {
  readonly context: DeskContext;
  readonly evidence = new EvidenceBook();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: DeskContext) {
    this.context = context;
  }

  get nowMicros(): number {
    return this.context.clock.nowMicros();
  }

  /**
   * Waits until those before are done. Reports take the thread they run in, which in `up` also follows the cluster, so
   * that asking many things at once must not make more than one of them run.
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** What is wrong now; @param windowMicros Length of the time that is judged; 24 hours where absent. */
  async insights(windowMicros?: number): Promise<Insights> {
    // What only answers need is loaded with the first: a client waits for the start of a server.
    const { openInsights } = await import('../../analysis/insights/insights.ts');
    return openInsights(await this.context.collector(), { ...insightOptionsOf(this.context), windowMicros });
  }
}
