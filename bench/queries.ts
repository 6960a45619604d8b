import type { MetricsCollector } from '../src/metrics-collector.ts';
import type { DuckDbTables } from './duckdb-tables.ts';
import {
  type BenchContext,
  type BenchOutcome,
  interleaved,
  medianOf,
  millisOf,
  spreadPercent,
  type Variant,
} from './harness.ts';
import type { LiteralStore } from './literal-schema.ts';
import { type BenchQuestion, difference, questionsAbout } from './questions.ts';
import type { LargeStores } from './stores.ts';

/** Relative difference that comes from rounding alone. */
const ROUNDING = 1e-9;
/** Stated bound of our sketches, with rounding. */
const SKETCH = 0.01 + 1e-6;
/** Quick questions are asked often enough in one round to be measured well. */
const QUICK_MILLIS = 20;
const ASKED_AT_MOST = 20;
/** Before the clock starts each engine is asked for so long: as a dashboard does that asks every few seconds. */
const WARM_MILLIS = 300;

const OURS = 'ours';
const EXACT = 'ours, exact';
const LITERAL = 'literal';
const DUCKDB = 'duckdb';

type Engines = { readonly ours: MetricsCollector; readonly literal: LiteralStore; readonly duckDb: DuckDbTables };

/** Seven questions over the large workload, each asked of our store, the literal schema and DuckDB in turn. */
export async function benchQueries(context: BenchContext): Promise<BenchOutcome> {
  const { stores, rounds, tell } = context;
  const engines = { ours: await stores.ours(), literal: stores.literal(), duckDb: await stores.duckDb() };
  const rows: Record<string, string | number | undefined>[] = [];
  const figures: Record<string, number> = {};
  let slowest = 0;
  for (const question of questionsAbout(stores.endMicros, lastNode(stores))) {
    tell(`queries: ${question.id}, ${question.title}`);
    await checkAnswers(question, engines);
    const measured = await interleaved(await variantsOf(question, engines), rounds);
    const ours = medianOf(measured, OURS);
    const literal = medianOf(measured, LITERAL);
    const duckDb = medianOf(measured, DUCKDB);
    const exact = measured.get(EXACT)?.median;
    slowest = Math.max(slowest, ours);
    rows.push({
      question: `${question.id} ${question.title}`,
      ours,
      exact,
      literal,
      duckDb,
      overLiteral: literal / ours,
      overDuckDb: duckDb / ours,
      spread: spreadPercent(measured.get(LITERAL)?.values ?? []),
    });
    figures[`${question.id}: literal schema ÷ ours`] = literal / ours;
    if (question.rollups) figures[`${question.id}: DuckDB ÷ ours`] = duckDb / ours;
    const eachRead = exact ?? (question.rollups ? undefined : ours);
    if (eachRead !== undefined) figures[`${question.id}: DuckDB ÷ ours, each event read`] = duckDb / eachRead;
  }
  return {
    tables: [
      {
        title: `Seven questions over ${stores.events.toLocaleString('en-US')} events, ms`,
        columns: [
          { key: 'question', label: 'question' },
          { key: 'ours', label: 'ours' },
          { key: 'exact', label: 'ours, exact' },
          { key: 'literal', label: 'literal schema' },
          { key: 'duckDb', label: 'DuckDB, typed' },
          { key: 'overLiteral', label: 'literal ÷ ours', digits: 1 },
          { key: 'overDuckDb', label: 'DuckDB ÷ ours', digits: 1 },
          { key: 'spread', label: 'spread of literal, %', digits: 1 },
        ],
        rows,
        notes: [
          'Asked through the public API, planning and the look for new events included. All answers were compared before the clock started:',
          'equal to 9 digits, percentiles from sketches within 1 %. DuckDB uses all cores, ours and the literal schema one.',
          `Each engine was asked for ${WARM_MILLIS} ms before the clock started; the first question of a process takes longer.`,
        ],
      },
    ],
    figures: { ...figures, [`slowest question of ${stores.events / 1e6} million events, ms`]: slowest },
  };
}

async function checkAnswers(question: BenchQuestion, { ours, literal, duckDb }: Engines): Promise<void> {
  const expected = question.literal(literal);
  const complain = (engine: string, problem: string | undefined) => {
    if (problem !== undefined)
      throw new Error(`${question.id}: ${engine} answers otherwise than the literal schema: ${problem}`);
  };
  complain('DuckDB', difference(expected, await question.duckDb(duckDb), ROUNDING));
  complain(
    'ours',
    difference(expected, await question.ours(ours), question.oursExact === undefined ? ROUNDING : SKETCH),
  );
  if (question.oursExact !== undefined)
    complain('ours, exact,', difference(expected, await question.oursExact(ours), ROUNDING));
}

async function variantsOf(question: BenchQuestion, { ours, literal, duckDb }: Engines): Promise<Variant[]> {
  const { oursExact } = question;
  const asked: [string, () => unknown][] = [
    [OURS, () => question.ours(ours)],
    [LITERAL, () => question.literal(literal)],
    [DUCKDB, () => question.duckDb(duckDb)],
  ];
  if (oursExact !== undefined) asked.push([EXACT, () => oursExact(ours)]);
  const variants: Variant[] = [];
  for (const [name, ask] of asked) {
    await warmUp(ask);
    const times = Math.min(ASKED_AT_MOST, Math.max(1, Math.ceil(QUICK_MILLIS / (await millisOf(ask)))));
    variants.push({
      name,
      run: async () => {
        const millis = await millisOf(async () => {
          for (let i = 0; i < times; i++) await ask();
        });
        return millis / times;
      },
    });
  }
  return variants;
}

async function warmUp(ask: () => unknown): Promise<void> {
  for (const start = performance.now(); performance.now() < start + WARM_MILLIS;) await ask();
}

/** The node of the last read of the state: it was active in the last hour. */
function lastNode(stores: LargeStores): string {
  let node = '';
  for (const { metric, data } of stores.workload()) if (metric === 'state.read') node = String(data['node_id']);
  return node;
}
