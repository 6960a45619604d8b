import { type SourceName, SOURCES } from '../model/event.ts';
import type { FlatNames, FlatOrigin } from '../model/flat-event.ts';
import { ByteTexts } from './byte-texts.ts';

type Numbered = { readonly source: number; readonly inferred: boolean; readonly cluster: number };

/** The names of scanned lines and their numbers. */
export class ScannedNames implements FlatNames {
  /** Learns texts as they are read. */
  all = new ByteTexts();
  #lists = new Map<string, number>();
  #listed: (readonly number[])[] = [];
  #origins = new Map<string, number>();
  #originList: FlatOrigin[] = [];
  /** The origin asked for last, which is nearly always the one asked for next. */
  #last: (Numbered & { readonly origin: number }) | undefined;

  get texts(): number {
    return this.all.count;
  }

  get lists(): number {
    return this.#listed.length;
  }

  get origins(): number {
    return this.#originList.length;
  }

  text(number: number): string {
    return this.all.text(number);
  }

  list(number: number): readonly number[] {
    return this.#listed[number] ?? [];
  }

  origin(number: number): FlatOrigin {
    return this.#originList[number] ?? { source: 'import', inferred: false, cluster: undefined };
  }

  forget(): void {
    this.all = new ByteTexts();
    this.#lists = new Map();
    this.#listed = [];
    this.#origins = new Map();
    this.#originList = [];
    this.#last = undefined;
  }

  listNumber(texts: readonly number[]): number {
    const key = texts.join();
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    this.#lists.set(key, this.#listed.length);
    return this.#listed.push(texts) - 1;
  }

  /** By numbers of texts; −1 where a line names none. */
  originNumber(source: number, inferred: boolean, cluster: number): number {
    const last = this.#last;
    if (last?.source === source && last.inferred === inferred && last.cluster === cluster) return last.origin;
    const origin = this.#originNumber({ source, inferred, cluster });
    this.#last = { source, inferred, cluster, origin };
    return origin;
  }

  #originNumber({ source, inferred, cluster }: Numbered): number {
    const key = `${source} ${inferred} ${cluster}`;
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    const named = source < 0 ? '' : this.text(source);
    this.#origins.set(key, this.#originList.length);
    return (
      this.#originList.push({
        source: (SOURCES as readonly string[]).includes(named) ? (named as SourceName) : 'import',
        inferred,
        cluster: cluster < 0 ? undefined : this.text(cluster),
      }) - 1
    );
  }
}
