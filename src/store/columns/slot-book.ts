/**
 * Numbers pairs of a group and a bucket from 0 on, in the order in which they are met.
 *
 * Buckets mostly come one after another, each once: then a pair is new unless it was the last of its group. Only pairs
 * of a bucket that comes again are looked for among all.
 */
export class SlotBook {
  readonly groups: number[] = [];
  readonly buckets: number[] = [];
  /** By group: its slot in the bucket in which it was met last. */
  readonly #last: number[] = [];
  /** Buckets that were begun, the current one too. */
  readonly #begun = new Set<number>();
  /** By bucket, then by group; of slots below `#indexed`. */
  readonly #index = new Map<number, Map<number, number>>();
  #indexed = 0;
  #bucket = -1;
  #isNew = true;

  get size(): number {
    return this.groups.length;
  }

  /** What is asked for from now on is of this bucket. */
  begin(bucket: number): void {
    if (bucket === this.#bucket) return;
    this.#bucket = bucket;
    this.#isNew = !this.#begun.has(bucket);
    if (this.#isNew) this.#begun.add(bucket);
  }

  /** The slot of a group in the current bucket. */
  slotOf(group: number): number {
    const last = this.#last[group];
    if (last !== undefined && this.buckets[last] === this.#bucket) return last;
    const slot = (this.#isNew ? undefined : this.#find(group)) ?? this.#add(group);
    this.#last[group] = slot;
    return slot;
  }

  #add(group: number): number {
    this.groups.push(group);
    return this.buckets.push(this.#bucket) - 1;
  }

  #find(group: number): number | undefined {
    for (; this.#indexed < this.size; this.#indexed++) {
      const bucket = this.buckets[this.#indexed] as number;
      let ofBucket = this.#index.get(bucket);
      if (ofBucket === undefined) this.#index.set(bucket, (ofBucket = new Map()));
      ofBucket.set(this.groups[this.#indexed] as number, this.#indexed);
    }
    return this.#index.get(this.#bucket)?.get(group);
  }
}
