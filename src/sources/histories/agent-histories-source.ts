import { basename, dirname, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

import { NoticeCounts } from '../notice-counts.ts';
import { type LiveSource, type SourceContext, type SourcePlace, SYSTEM_TIMERS } from '../source.ts';
import { HISTORIES } from './index.ts';
import { ReadMarks } from './read-marks.ts';
import { Reading } from './reading.ts';

/** Between two looks; more where a look takes long, so that looking takes at most a fiftieth of the time. */
const MIN_PAUSE_MILLIS = 2_000;
const MAX_PAUSE_MILLIS = 60_000;
const LOOK_SHARE = 50;
/** How long is read before everything else gets its turn. */
const TURN_MILLIS = 20;
/** What is older when a workspace is followed for the first time is left to `amicus-metrics import`. */
const FIRST_SPAN_MILLIS = 86_400_000;

/**
 * Follows the histories of coding agents on this machine, as far as their sessions work in this workspace. Looks at the
 * folders now and then: watching them would take a watch on each of thousands of files on some systems.
 */
export class AgentHistoriesSource implements LiveSource {
  readonly name = 'agent-histories';
  readonly #place: SourcePlace;
  readonly #notices = new NoticeCounts();
  #context: SourceContext | undefined;
  #reading: Reading | undefined;
  #looking: Promise<void> | undefined;
  #callOff: (() => void) | undefined;

  constructor(place: SourcePlace) {
    this.#place = place;
  }

  async start(context: SourceContext): Promise<void> {
    const { directory, metricsDirectory = directory, environment, agentHistories, pricesFile } = this.#place;
    if (environment === undefined || agentHistories === 'off') return;
    this.#context = context;
    const nowMillis = (): number => context.clock.nowMicros() / 1_000;
    const marks = new ReadMarks(metricsDirectory, 'live');
    this.#reading = new Reading({
      marks,
      nowMillis,
      tell: (event) => context.emit(event),
      prices: { directory, pricesFile },
      workspace: agentHistories === 'all' ? undefined : workspaceOf(directory),
      fromMillis: marks.since(nowMillis() - FIRST_SPAN_MILLIS),
    });
    await this.poll();
  }

  async poll(): Promise<void> {
    const context = this.#context;
    if (context === undefined) return;
    this.#looking ??= this.#look(context).finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async stop(): Promise<void> {
    this.#callOff?.();
    this.#context = undefined;
    await this.#looking;
  }

  async #look(context: SourceContext): Promise<void> {
    this.#callOff?.();
    const reading = this.#reading;
    if (reading === undefined) return;
    const { clock, timers = SYSTEM_TIMERS } = context;
    const startMillis = clock.monotonicMillis();
    const environment = this.#place.environment ?? {};
    const before = { ...reading.counts, unknown: reading.counts.unknownTypes.size };
    const parts = HISTORIES.flatMap((history) =>
      history.places(environment).flatMap((place) => history.look(place, reading)),
    );
    const lookMillis = clock.monotonicMillis() - startMillis;
    let turnMillis = clock.monotonicMillis();
    for (const part of parts.toSorted((a, b) => a.madeMillis - b.madeMillis)) {
      for (const _ of part.read()) {
        if (clock.monotonicMillis() - turnMillis < TURN_MILLIS) continue;
        await turn();
        turnMillis = clock.monotonicMillis();
      }
    }
    this.#noteProblems(before, reading, context);
    // The end of the turn writes what was told; only then is it noted as read.
    await turn();
    const isSaved = reading.counts.files === 0 || reading.marks.save();
    if (!isSaved && reading.counts.events > 0) this.#notices.add('history_marks_unwritable', context);
    if (this.#context === undefined) return;
    const pauseMillis = Math.min(MAX_PAUSE_MILLIS, Math.max(MIN_PAUSE_MILLIS, lookMillis * LOOK_SHARE));
    this.#callOff = timers.after(pauseMillis, () => void this.poll());
  }

  #noteProblems(
    before: { readonly damaged: number; readonly unknown: number },
    { counts }: Reading,
    context: SourceContext,
  ): void {
    if (counts.damaged > before.damaged) this.#notices.add('history_lines_damaged', context);
    if (counts.unknownTypes.size > before.unknown) this.#notices.add('history_lines_of_unknown_types', context);
  }
}

/** The folder that the agents work in: around the context folder, or that folder itself where it is called otherwise. */
function workspaceOf(directory: string): string {
  const context = resolve(directory);
  return basename(context) === '.ai' ? dirname(context) : context;
}
