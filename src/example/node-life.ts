import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import { type BusClient, BusRefusal } from './bus-client.ts';
import type { NodeSettings } from './node-settings.ts';
import { SeededRandom } from '../model/seeded-random.ts';

/** Amicus asks for a heartbeat each 30 s; the example lives ten times as fast. Milliseconds, before `speed`. */
const HEARTBEAT_MILLIS = 3000;

/** What managers and workers have in common: a name, a bus, a time to live, and heartbeats while they wait. */
export class NodeLife {
  readonly settings: NodeSettings;
  readonly random: SeededRandom;
  readonly #bus: BusClient;
  readonly #clock: Clock;
  readonly #leaving: AbortSignal;
  readonly #startMillis: number;
  #lastBeatMillis: number;

  constructor(settings: NodeSettings, bus: BusClient, clock: Clock, leaving: AbortSignal) {
    this.settings = settings;
    this.random = new SeededRandom(settings.seed);
    this.#bus = bus;
    this.#clock = clock;
    this.#leaving = leaving;
    // The time that starting took counts, so that all leave when their starter expects it.
    this.#startMillis = clock.monotonicMillis() - process.uptime() * 1000;
    this.#lastBeatMillis = this.ageMillis;
  }

  /** Time lived, in milliseconds of the play: real time times `speed`. */
  get ageMillis(): number {
    return (this.#clock.monotonicMillis() - this.#startMillis) * this.settings.speed;
  }

  /** Time left, in milliseconds of the play; endless for a node that stays until it is told to go. */
  get leftMillis(): number {
    if (this.#leaving.aborted) return 0;
    const { durationMillis = Infinity, speed } = this.settings;
    return Math.max(durationMillis * speed - this.ageMillis, 0);
  }

  get isOver(): boolean {
    return this.leftMillis <= 0;
  }

  async call(tool: string, args: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.#bus.call(tool, args);
  }

  /** Calls a tool that may refuse. */
  async attempt(tool: string, args: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    try {
      return await this.#bus.call(tool, args);
    } catch (error) {
      if (error instanceof BusRefusal) return undefined;
      throw error;
    }
  }

  /** Waits for so many milliseconds of the play, with heartbeats when they are due; less when the node is to leave. */
  async pause(playMillis: number): Promise<void> {
    const endMillis = this.ageMillis + Math.min(playMillis, this.leftMillis);
    while (!this.#leaving.aborted && this.ageMillis < endMillis) {
      const untilBeat = HEARTBEAT_MILLIS - (this.ageMillis - this.#lastBeatMillis);
      if (untilBeat <= 0) {
        this.#lastBeatMillis = this.ageMillis;
        await this.attempt('heartbeat', { agent_id: this.settings.nodeId });
        continue;
      }
      const waitMillis = Math.min(untilBeat, endMillis - this.ageMillis) / this.settings.speed;
      await sleep(Math.max(waitMillis, 1), undefined, { signal: this.#leaving }).catch(() => undefined);
    }
  }
}
