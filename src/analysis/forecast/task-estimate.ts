import { ascending, quantile } from '../statistics/quantiles.ts';
import { type Band, BAND_LEVELS } from './bands.ts';
import type { Coverage } from './replays.ts';

/** Tasks without which nothing is said of their like. */
export const MIN_LIKE = 8;
/** Later tasks of the history on which the bands are tried. */
const MAX_TRIED = 200;

/** A task that has ended. */
export type EndedTask = {
  readonly endMicros: number;
  readonly priority: string | undefined;
  readonly role: string | undefined;
  readonly model: string | undefined;
  readonly workSeconds: number | undefined;
  /** Absent where no cost is known. */
  readonly costUsd: number | undefined;
};

const TRAITS = ['priority', 'role', 'model'] as const;
/** What is known of a task before it starts. */
export type TaskTraits = { readonly [Trait in (typeof TRAITS)[number]]?: string | undefined };

/** What one more value like these will be. Bands that need more values than there are are left out. */
export type Estimate = {
  readonly samples: number;
  readonly middle: number;
  readonly bands: readonly Band[];
  readonly coverage: readonly Coverage[];
};

/** `undefined` estimates: too few of the like with that figure. */
export type TaskEstimate = {
  /** By which of the traits the compared tasks are alike; fewer than asked where too few were alike in all. */
  readonly alikeIn: readonly (keyof TaskTraits)[];
  readonly tasks: number;
  readonly needed: number;
  readonly workSeconds: Estimate | undefined;
  readonly costUsd: Estimate | undefined;
};

/**
 * What a task will take and cost, from tasks like it. Where too few are alike in all that was asked, model and then role
 * are let go; never the priority.
 */
export function estimateTask(ended: readonly EndedTask[], traits: TaskTraits): TaskEstimate {
  const asked = TRAITS.filter((trait) => traits[trait] !== undefined);
  const inOrder = ended.toSorted((a, b) => a.endMicros - b.endMicros);
  for (let kept = asked.length; ; kept--) {
    const alikeIn = asked.slice(0, kept);
    const like = inOrder.filter((task) => alikeIn.every((trait) => task[trait] === traits[trait]));
    if (like.length < MIN_LIKE && kept > 1) continue;
    return {
      alikeIn,
      tasks: like.length,
      needed: MIN_LIKE,
      workSeconds: estimate(like.flatMap(({ workSeconds }) => workSeconds ?? [])),
      costUsd: estimate(like.flatMap(({ costUsd }) => costUsd ?? [])),
    };
  }
}

function estimate(values: readonly number[]): Estimate | undefined {
  const sorted = ascending(values);
  const middle = quantile(sorted, 0.5);
  if (middle === undefined || values.length < MIN_LIKE) return undefined;
  return { samples: values.length, middle, bands: predictionBands(sorted), coverage: coverageOf(values) };
}

/**
 * Bands for one further value between two values of the sample, whatever they are distributed like: it falls into each
 * of the n + 1 gaps equally likely (Wilks 1941). 95 % needs 39 values, 80 % needs 9.
 */
export function predictionBands(sorted: readonly number[]): Band[] {
  return BAND_LEVELS.flatMap((level): Band[] => {
    const rank = Math.floor(((sorted.length + 1) * (1 - level)) / 2 + 1e-9);
    const low = sorted[rank - 1];
    const high = sorted[sorted.length - rank];
    return low === undefined || high === undefined ? [] : [{ level, low, high }];
  });
}

/** How often bands from all tasks before held the next one. @param values In the order of time. */
function coverageOf(values: readonly number[]): Coverage[] {
  const book = new Map<number, { held: number; tried: number }>();
  for (let place = Math.max(MIN_LIKE, values.length - MAX_TRIED); place < values.length; place++) {
    const came = values[place] ?? 0;
    for (const { level, low, high } of predictionBands(ascending(values.slice(0, place)))) {
      const row = book.get(level) ?? { held: 0, tried: 0 };
      book.set(level, { held: row.held + (low <= came && came <= high ? 1 : 0), tried: row.tried + 1 });
    }
  }
  return [...book].map(([level, { held, tried }]) => ({ level, held, tried }));
}
