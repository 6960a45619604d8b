import type { SourceContext } from './source.ts';

/** Counts what a source has to complain about, and says so at the 1st, 2nd, 4th, 8th … occurrence of each. */
export class NoticeCounts {
  readonly #counts = new Map<string, number>();

  add(code: string, context: SourceContext | undefined): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (Number.isInteger(Math.log2(count))) context?.notice({ code, count });
  }
}
