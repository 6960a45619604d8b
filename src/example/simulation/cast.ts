import type { SeededRandom } from '../../model/seeded-random.ts';
import { suffixOf } from './draws.ts';

/** A language model, and the client through which it is asked. */
export type CastModel = { readonly model: string; readonly client: 'claude-code' | 'codex' };

export type CastNode = {
  /** Workers are counted from 0; the manager is -1. */
  readonly index: number;
  readonly nodeId: string;
  readonly role: 'bootstrap_manager' | 'architect' | 'developer';
};

export type Cast = {
  readonly manager: CastNode;
  /** All that may ever come; how many do is decided day by day. The first is always there, the second is the architect. */
  readonly workers: readonly CastNode[];
  readonly plannedWorkers: number;
  readonly cheap: CastModel;
  readonly usual: CastModel;
  readonly dear: CastModel;
};

const TEAMS: readonly Pick<Cast, 'cheap' | 'usual' | 'dear'>[] = [
  {
    cheap: { model: 'claude-haiku-4-5', client: 'claude-code' },
    usual: { model: 'claude-sonnet-4-5', client: 'claude-code' },
    dear: { model: 'claude-opus-4-1', client: 'claude-code' },
  },
  {
    cheap: { model: 'gpt-5-mini', client: 'codex' },
    usual: { model: 'gpt-5-codex', client: 'codex' },
    dear: { model: 'claude-opus-4-5', client: 'claude-code' },
  },
];

/** A model of the house, of which no list knows the price. */
export const UNPRICED_MODEL = 'house-coder-7b';

/** No fault brings more workers than so many times the planned ones. */
const MOST_WORKERS = 4;

/** @param nodes With the manager; drawn where absent. */
export function castOf(random: SeededRandom, nodes = random.whole(6, 8)): Cast {
  const plannedWorkers = Math.max(nodes - 1, 1);
  const manager = { index: -1, nodeId: `Node-BM-${suffixOf(random)}`, role: 'bootstrap_manager' } as const;
  const workers = Array.from({ length: plannedWorkers * MOST_WORKERS }, (_, index): CastNode => {
    return { index, nodeId: `Node-${suffixOf(random)}`, role: index === 1 ? 'architect' : 'developer' };
  });
  return { manager, workers, plannedWorkers, ...random.pick(TEAMS) };
}

/** The model of a worker, where a share of the developers runs on the dear one. */
export function modelOf(cast: Cast, { index, role }: CastNode, dearShare: number): CastModel {
  if (role === 'bootstrap_manager') return cast.cheap;
  if (role === 'architect') return cast.dear;
  const developers = cast.workers.filter((worker) => worker.role === 'developer' && worker.index < cast.plannedWorkers);
  const place = developers.findIndex((developer) => developer.index === index);
  // From the last one on, so that the one that is always there changes last.
  return place >= 0 && developers.length - place <= Math.round(developers.length * dearShare) ? cast.dear : cast.usual;
}
