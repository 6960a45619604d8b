import { SeededRandom } from '../model/seeded-random.ts';

/** Who plays in the example cluster. */
export type PlannedNode = {
  readonly nodeId: string;
  readonly role: 'bootstrap_manager' | 'architect' | 'developer';
  readonly modelName: string;
  readonly strength: 'low' | 'medium' | 'high';
  /** Seed of what this node does and when. */
  readonly seed: number;
};

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const MODELS = [
  { modelName: 'example-large', strength: 'high' },
  { modelName: 'example-medium', strength: 'medium' },
  { modelName: 'example-small', strength: 'low' },
] as const;

/**
 * The nth node of a cluster, counted from 0. The first is the manager, the second an architect, all others are
 * developers; nodes beyond the planned number take the places of nodes that left.
 */
export function plannedNode(seed: number, index: number): PlannedNode {
  const random = new SeededRandom(seed * 1009 + index);
  const suffix = Array.from({ length: 4 }, () => LETTERS[random.whole(0, LETTERS.length - 1)]).join('');
  if (index === 0) {
    const model = { modelName: 'example-small', strength: 'low' } as const;
    return { nodeId: `Node-BM-${suffix}`, role: 'bootstrap_manager', ...model, seed: seed * 31 };
  }
  const role = index === 1 ? 'architect' : 'developer';
  return { nodeId: `Node-${suffix}`, role, ...random.pick(MODELS), seed: seed * 31 + index };
}

/** What a cluster of invented agents is asked to do. */
export type TaskIdea = { readonly text: string; readonly priority: 'high' | 'medium' | 'low' };

const ACTIONS = ['Write tests for', 'Fix', 'Refactor', 'Document', 'Speed up', 'Review', 'Add logging to'] as const;
const THINGS = [
  'the login form',
  'the session cache',
  'the upload queue',
  'the invoice export',
  'the search index',
  'the rate limiter',
  'the settings page',
  'the mail sender',
  'the image resizer',
  'the retry logic',
  'the date parser',
  'the permission check',
] as const;

/** Something to do; every fourth is urgent. */
export function nextIdea(random: SeededRandom): TaskIdea {
  const draw = random.next();
  const priority = draw < 0.25 ? 'high' : draw < 0.75 ? 'medium' : 'low';
  return { text: `${random.pick(ACTIONS)} ${random.pick(THINGS)}`, priority };
}

/** Files that work on a thing touches, as an agent would name them. */
export function filesFor(random: SeededRandom, text: string): readonly string[] {
  const name = text.split(' ').slice(-2).join('-').toLowerCase();
  return random.chance(0.5) ? [`src/${name}.ts`] : [`src/${name}.ts`, `test/${name}.test.ts`];
}
