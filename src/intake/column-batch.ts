import type { Metric } from '../metrics/define-metric.ts';
import { MAX_LISTED_NAME_LENGTH, MAX_LISTED_NAMES, MAX_NAME_LENGTH } from '../model/field.ts';
import { FLAT_KIND, type FlatEvent, type FlatNames } from '../model/flat-event.ts';
import { identityHash } from '../model/identity-hash.ts';
import { type Batch, BATCH_ROWS } from '../store/bulk.ts';
import { refusalOf } from './check-text.ts';
import { type EncodePlan, type FieldPlan, planOf, stepsOf } from './event-buffer.ts';
import { declarationOf } from './file-numbers.ts';

/** Which texts and lists may be stored, by number; each is checked once. */
export class CheckedNames {
  readonly #names: FlatNames;
  #texts: (boolean | undefined)[] = [];
  #lists: (boolean | undefined)[] = [];

  constructor(names: FlatNames) {
    this.#names = names;
  }

  forget(): void {
    this.#texts = [];
    this.#lists = [];
  }

  text(number: number): string {
    return this.#names.text(number);
  }

  mayStore(text: number): boolean {
    return (this.#texts[text] ??= refusalOf(this.#names.text(text), MAX_NAME_LENGTH) === undefined);
  }

  mayStoreList(list: number): boolean {
    return (this.#lists[list] ??= this.#isGood(this.#names.list(list)));
  }

  #isGood(texts: readonly number[]): boolean {
    if (texts.length > MAX_LISTED_NAMES) return false;
    return texts.every((text) => refusalOf(this.#names.text(text), MAX_LISTED_NAME_LENGTH) === undefined);
  }
}

/** Events of one metric on their way to the store, as columns. */
export class ColumnBatch {
  readonly #metric: Metric;
  readonly #plan: EncodePlan;
  readonly #fields: readonly FieldPlan[];
  readonly #names: CheckedNames;
  /** By field: the words of its list, by number of the text. */
  #words: Map<number, boolean>[];
  #atMicros = new Float64Array(0);
  #origins = new Float64Array(0);
  #identities = new Map<number, bigint>();
  #columns: (Float64Array | undefined)[] = [];
  #rows = 0;
  /** Bits of the fields that some event has. */
  #used = 0;

  constructor(metric: Metric, names: CheckedNames) {
    this.#metric = metric;
    this.#names = names;
    this.#plan = planOf(metric);
    this.#fields = [...this.#plan.fields.values()];
    this.#words = this.#fields.map(() => new Map());
  }

  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows === BATCH_ROWS;
  }

  /** @returns False when the event may not be stored just as it is; then nothing was appended. */
  append({ atMicros, origin, count, fields, kinds, values }: FlatEvent, identity: string | undefined): boolean {
    if (this.#atMicros.length === 0) this.#begin();
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const field = this.#fields[fields[i] as number];
      const value = field === undefined ? Number.NaN : this.#cell(field, kinds[i] as number, values[i] as number);
      if (field === undefined || Number.isNaN(value)) return this.#takeBack(i, fields);
      const column = (this.#columns[field.index] ??= emptyColumn());
      column[this.#rows] = value;
      seen |= field.bit;
    }
    if ((seen & this.#plan.requiredBits) !== this.#plan.requiredBits) return this.#takeBack(count, fields);
    this.#atMicros[this.#rows] = atMicros;
    this.#origins[this.#rows] = origin;
    if (identity !== undefined) this.#identities.set(this.#rows, identityHash(identity));
    this.#rows += 1;
    this.#used |= seen;
    return true;
  }

  /** What was appended; the next event begins anew. */
  take(): Batch {
    const rows = this.#rows;
    const batch = {
      metric: declarationOf(this.#metric),
      atMicros: this.#atMicros.slice(0, rows),
      origins: this.#origins.slice(0, rows),
      identities: this.#identities,
      fields: this.#fields.map(({ index, bit }) =>
        (this.#used & bit) === 0 ? undefined : this.#columns[index]?.slice(0, rows),
      ),
    };
    for (const column of this.#columns) column?.fill(Number.NaN, 0, rows);
    this.#rows = 0;
    this.#used = 0;
    this.#identities = new Map();
    return batch;
  }

  /** Numbers of texts begin anew. Only right when nothing is left in the batch. */
  forget(): void {
    this.#words = this.#fields.map(() => new Map());
  }

  #begin(): void {
    this.#atMicros = new Float64Array(BATCH_ROWS);
    this.#origins = new Float64Array(BATCH_ROWS);
  }

  #takeBack(count: number, fields: Uint8Array): false {
    for (let i = 0; i < count; i++) {
      const column = this.#columns[fields[i] as number];
      if (column !== undefined) column[this.#rows] = Number.NaN;
    }
    return false;
  }

  /** What a column keeps of a value; NaN when it may not be stored. */
  #cell(field: FieldPlan, kind: number, value: number): number {
    switch (field.kind) {
      case 'count':
      case 'delta':
      case 'measure':
        return kind === FLAT_KIND.number ? stepsOf(field, value) : Number.NaN;
      case 'flag':
        return kind === FLAT_KIND.flag ? value : Number.NaN;
      case 'names':
        return kind === FLAT_KIND.list && this.#names.mayStoreList(value) ? value : Number.NaN;
      case 'one_of':
        return kind === FLAT_KIND.text && this.#isWord(field, value) ? value : Number.NaN;
      default:
        return kind === FLAT_KIND.text && this.#names.mayStore(value) ? value : Number.NaN;
    }
  }

  #isWord(field: FieldPlan, text: number): boolean {
    const known = this.#words[field.index]?.get(text);
    if (known !== undefined) return known;
    const isWord = field.words.includes(this.#names.text(text)) && this.#names.mayStore(text);
    this.#words[field.index]?.set(text, isWord);
    return isWord;
  }
}

const emptyColumn = (): Float64Array => new Float64Array(BATCH_ROWS).fill(Number.NaN);
