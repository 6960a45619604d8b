import type { FoldRow } from '../store/store.ts';

type Group = FoldRow['group'];
/** Groups that begin alike, by their next value; a number where the group is complete. */
type Branch = Map<Group[number], Branch | number>;

/** Numbers groups in the order in which they are met, each once. */
export class GroupBook {
  readonly #root: Branch = new Map();
  readonly #groups: Group[] = [];

  /** By number. */
  get groups(): readonly Group[] {
    return this.#groups;
  }

  numberOf(group: Group): number {
    let branch = this.#root;
    const last = group.length - 1;
    for (let i = 0; i < last; i++) {
      let next = branch.get(group[i]);
      if (!(next instanceof Map)) branch.set(group[i], (next = new Map()));
      branch = next;
    }
    // Where nothing tells groups apart there is one, under no value.
    const known = branch.get(group[last]);
    if (typeof known === 'number') return known;
    branch.set(group[last], this.#groups.length);
    return this.#groups.push(group) - 1;
  }
}
