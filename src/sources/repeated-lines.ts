/** How many different lines of one moment are remembered. */
const MAX_LINES = 10_000;

/** Tells equal lines of one moment that follow each other apart: they are taken for different events. */
export class RepeatedLines {
  readonly #times = new Map<string, number>();
  #momentMicros = 0;
  /** The first line of the moment, as text or where it lies. */
  #first = '';
  #block: Buffer | undefined;
  #start = 0;
  #end = 0;

  /** Whether a line of this moment may have been there before. */
  isOfMoment(atMicros: number): boolean {
    return atMicros === this.#momentMicros && this.#times.size < MAX_LINES;
  }

  /** A line of another moment than the one before it. The block is looked at again until `leaveBlock`. */
  begin(atMicros: number, block: Buffer, start: number, end: number): void {
    this.#beginMoment(atMicros);
    this.#block = block;
    this.#start = start;
    this.#end = end;
  }

  /** The same of a line that is text. */
  beginWith(atMicros: number, line: string): void {
    this.#beginMoment(atMicros);
    this.#block = undefined;
    this.#first = line;
  }

  /** What tells a line of the present moment from equal ones before it; `undefined` for the first of them. */
  identityOf(line: string): string | undefined {
    this.leaveBlock();
    if (this.#times.size === 0) this.#times.set(this.#first, 1);
    const before = this.#times.get(line) ?? 0;
    return before === 0 ? undefined : `${line}#${before}`;
  }

  /** A line of the present moment has been told, with its identity. */
  told(line: string): void {
    this.#times.set(line, (this.#times.get(line) ?? 0) + 1);
  }

  /** The bytes of the block are not ours to keep. */
  leaveBlock(): void {
    if (this.#block !== undefined) this.#first = this.#block.toString('utf8', this.#start, this.#end);
    this.#block = undefined;
  }

  #beginMoment(atMicros: number): void {
    this.#momentMicros = atMicros;
    // Most moments have one line: the map is for bursts.
    if (this.#times.size > 0) this.#times.clear();
  }
}
