/** What a strict reader of OpenMetrics 1.0 makes of a text. Everything that the format forbids is an error. */
export type ParsedFamily = {
  readonly name: string;
  readonly type: string;
  readonly unit: string | undefined;
  readonly help: string | undefined;
  readonly samples: ParsedSample[];
};
export type ParsedSample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly exemplar: { readonly labels: ReadonlyMap<string, string>; readonly value: number } | undefined;
};

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?[Ii]nf(?:inity)?|[Nn]a[Nn])/;
const TYPES = ['counter', 'gauge', 'histogram', 'gaugehistogram', 'stateset', 'info', 'summary', 'unknown'];
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  info: ['_info'],
  histogram: ['_bucket', '_count', '_sum', '_created'],
};

class Line {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(pattern: RegExp, what: string): string {
    const [found] = pattern.exec(this.#text.slice(this.#at)) ?? [];
    if (found === undefined) throw new Error(`${what} is missing at ${this.#at} of: ${this.#text}`);
    this.#at += found.length;
    return found;
  }

  has(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.has(text)) throw new Error(`"${text}" is missing at ${this.#at} of: ${this.#text}`);
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  labels(): Map<string, string> {
    const labels = new Map<string, string>();
    while (!this.has('}')) {
      if (labels.size > 0) this.expect(',');
      const name = this.take(LABEL_NAME, 'a label name');
      this.expect('="');
      const value = unescaped(this.take(/^(?:[^"\\\n]|\\["\\n])*/, 'a label value'));
      this.expect('"');
      if (labels.has(name)) throw new Error(`The label ${name} stands twice in: ${this.#text}`);
      labels.set(name, value);
    }
    return labels;
  }

  number(): number {
    const text = this.take(NUMBER, 'a number');
    if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
    return Number(text);
  }
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, next: string) => (next === 'n' ? '\n' : next));

/** @throws Error naming the line that is not OpenMetrics. */
export function parseOpenMetrics(text: string): readonly ParsedFamily[] {
  if (!text.endsWith('\n')) throw new Error('The text does not end in a line feed.');
  const lines = text.slice(0, -1).split('\n');
  if (lines.pop() !== '# EOF') throw new Error('The text does not end in # EOF.');
  const families: ParsedFamily[] = [];
  const samplesSeen = new Set<string>();
  for (const line of lines) {
    // oxlint-disable-next-line no-control-regex
    if (line === '' || /[\u0000-\u0008\u000b-\u001f]/.test(line))
      throw new Error(`Not a line: ${JSON.stringify(line)}`);
    if (line.startsWith('#')) describe(families, line);
    else addSample(families, line, samplesSeen);
  }
  for (const family of families) checkFamily(family);
  const names = families.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Error('A family is described twice.');
  return families;
}

function describe(families: ParsedFamily[], text: string): void {
  const line = new Line(text);
  line.expect('# ');
  const what = line.take(/^(TYPE|HELP|UNIT) /, 'TYPE, HELP or UNIT').trim();
  const name = line.take(NAME, 'a name');
  line.expect(' ');
  const last = families.at(-1);
  if (what === 'TYPE') {
    if (!TYPES.includes(line.rest)) throw new Error(`No type: ${text}`);
    families.push({ name, type: line.rest, unit: undefined, help: undefined, samples: [] });
    return;
  }
  if (last?.name !== name || last.samples.length > 0) throw new Error(`Not where its family is described: ${text}`);
  const key = what === 'HELP' ? 'help' : 'unit';
  if (last[key] !== undefined) throw new Error(`Described twice: ${text}`);
  if (what === 'HELP' && !/^(?:[^"\\]|\\["\\n])*$/.test(line.rest)) throw new Error(`Not escaped: ${text}`);
  if (what === 'UNIT' && !name.endsWith(`_${line.rest}`)) throw new Error(`The name does not end in its unit: ${text}`);
  families[families.length - 1] = { ...last, [key]: unescaped(line.rest) };
}

function addSample(families: readonly ParsedFamily[], text: string, seen: Set<string>): void {
  const line = new Line(text);
  const name = line.take(NAME, 'a name');
  const labels = line.has('{') ? line.labels() : new Map<string, string>();
  line.expect(' ');
  const value = line.number();
  let exemplar: ParsedSample['exemplar'];
  if (line.has(' # {')) {
    const own = line.labels();
    line.expect(' ');
    const exemplarValue = line.number();
    if (line.has(' ')) line.number();
    const characters = [...own].flat().reduce((sum, part) => sum + Array.from(part).length, 0);
    if (characters > 128) throw new Error(`The exemplar is too long: ${text}`);
    exemplar = { labels: own, value: exemplarValue };
  }
  if (line.rest !== '') throw new Error(`Something follows the sample: ${text}`);
  const family = families.at(-1);
  const suffix = name.slice(family?.name.length ?? 0);
  if (family === undefined || !name.startsWith(family.name) || SUFFIXES[family.type]?.includes(suffix) !== true) {
    throw new Error(`The sample is of no family, or of another: ${text}`);
  }
  if (exemplar !== undefined && !['_bucket', '_total'].includes(suffix)) throw new Error(`No place for it: ${text}`);
  const key = `${name} ${JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)))}`;
  if (seen.has(key)) throw new Error(`The series is told twice: ${text}`);
  seen.add(key);
  family.samples.push({ name, labels, value, exemplar });
}

function checkFamily({ name, type, samples }: ParsedFamily): void {
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} is below 0.`);
  if (type === 'info' && samples.some(({ value }) => value !== 1)) throw new Error(`${name} is not 1.`);
  if (type !== 'histogram') return;
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  let [before, bound] = [0, -Infinity];
  for (const { labels, value, exemplar } of buckets) {
    const le = labels.get('le') ?? '';
    const upTo = le === '+Inf' ? Infinity : Number(le);
    if (!/^(?:-?\d+\.\d+(?:e[+-]\d+)?|\+Inf)$/.test(le) || !(upTo > bound)) throw new Error(`${name} has le="${le}".`);
    if (value < before) throw new Error(`${name} falls at le="${le}".`);
    if (exemplar !== undefined && !(exemplar.value <= upTo && exemplar.value > bound)) {
      throw new Error(`An exemplar of ${name} lies outside of its bucket le="${le}".`);
    }
    [before, bound] = [value, upTo];
  }
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  if (bound !== Infinity || before !== count) throw new Error(`${name} has no last bucket, or another count.`);
}
