import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { Clock } from '../../model/clock.ts';
import type { Timers } from '../../sources/source.ts';
import { packageVersion } from '../cli/package-version.ts';
import type { Exposition } from '../exposition/exposition.ts';
import type { Labels } from '../exposition/family.ts';
import { encodeFamilies } from './encode-families.ts';
import { postMetrics } from './post-metrics.ts';

/** Where figures go, and how often. */
export type OtlpTarget = {
  /** The whole address, its path included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly intervalMillis: number;
  /** Besides `service.name` and the version. */
  readonly resource: Labels;
};

export type PushWorld = {
  readonly exposition: Pick<Exposition, 'families' | 'sinceMicros'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Told when pushes begin to fail, with why, and when they arrive again. */
  onChange(problem: string | undefined): void;
};

const FIRST_WAIT_MILLIS = 1_000;
const MAX_WAIT_MILLIS = 300_000;
/** The end of `up` waits so long for the last push. */
const LAST_PUSH_MILLIS = 2_000;
const compress = promisify(gzip);

/**
 * Pushes all figures to a collector, again and again. Figures are of the whole history, so that nothing is queued: what
 * one push could not bring the next one brings, and memory holds one push at the most. Never throws.
 */
export class OtlpPush {
  readonly #target: OtlpTarget;
  readonly #world: PushWorld;
  readonly #end = new AbortController();
  #callOff: () => void = () => {};
  #pushing: Promise<void> | undefined;
  #failures = 0;
  #problem: string | undefined;

  constructor(target: OtlpTarget, world: PushWorld) {
    this.#target = target;
    this.#world = world;
  }

  /** Begins; the first push is made now. */
  start(): void {
    this.#pushing ??= this.#push(this.#end.signal)
      .then((waitMillis) => this.#wait(waitMillis))
      .finally(() => (this.#pushing = undefined));
  }

  /** Resolves when no push is under way. */
  async settled(): Promise<void> {
    await this.#pushing;
  }

  /** Pushes once more, for as long as that may take, and ends. */
  async close(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#callOff();
    // One that is under way has older figures; it is called off with the end.
    this.#end.abort();
    await this.#pushing;
    await this.#push(AbortSignal.timeout(LAST_PUSH_MILLIS));
  }

  #wait(millis: number): void {
    if (this.#end.signal.aborted) return;
    this.#callOff = this.#world.timers.after(millis, () => this.start());
  }

  /** @returns When to push again. */
  async #push(signal: AbortSignal): Promise<number> {
    const { intervalMillis } = this.#target;
    const attempt = await this.#attempt(signal);
    if (signal.aborted && this.#end.signal === signal) return intervalMillis;
    this.#tell(attempt.kind === 'delivered' ? undefined : attempt.reason);
    if (attempt.kind !== 'later') {
      // What was refused will be refused again: there is no hurry.
      this.#failures = 0;
      return intervalMillis;
    }
    const backOff = Math.min(MAX_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** this.#failures++);
    // By chance somewhat earlier, so that many senders do not come at once.
    return attempt.waitMillis ?? backOff * (0.5 + this.#world.random() / 2);
  }

  async #attempt(signal: AbortSignal): ReturnType<typeof postMetrics> {
    try {
      const { exposition, clock } = this.#world;
      const families = await exposition.families();
      const body = encodeFamilies({
        families,
        resource: {
          'service.name': 'amicus-metrics',
          'service.version': packageVersion(),
          ...this.#target.resource,
        },
        scopeVersion: packageVersion(),
        sinceMicros: exposition.sinceMicros,
        nowMicros: clock.nowMicros(),
      });
      return await postMetrics(this.#target, await compress(body), signal);
    } catch (cause) {
      return { kind: 'later', reason: cause instanceof Error ? cause.message : String(cause), waitMillis: undefined };
    }
  }

  #tell(problem: string | undefined): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#world.onChange(problem);
  }
}
