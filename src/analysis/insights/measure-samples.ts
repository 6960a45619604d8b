import { MICROS_PER_DAY } from '../../model/range.ts';
import type { VerificationMeasure } from '../advice/advice.ts';
import type { Gatherer } from '../detectors/detector.ts';
import type { FigureUnit } from '../detectors/finding.ts';
import { totalTokens } from '../ledger/figures.ts';
import { numberField } from '../reports/answerer.ts';
import type { FilterBook } from '../../query/question.ts';

/** One value of a measure and how much it counts: a task's wait counts 1, an hour's share of failures its calls. */
export type MeasureSample = {
  readonly atMicros: number;
  readonly value: number;
  readonly weight: number;
  /** Of a share, what was counted: tasks given back, runs that failed. Few of them say little, however many did not. */
  readonly hits?: number;
};

/** Of what and when a measure is read. */
export type MeasureSpan = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly nodeId?: string | undefined;
  readonly model?: string | undefined;
};

/** Something that can be compared before and after. */
type Measure = {
  /** What one value is, for people: `wait of a task in the queue`. */
  readonly title: string;
  readonly unit: FigureUnit;
  /** `median` for values of single things, which have long tails; `mean` for shares and sums of hours or days. */
  readonly center: 'median' | 'mean';
  read(ask: Gatherer, span: MeasureSpan): Promise<MeasureSample[]>;
};

/** How each is read. From single events where there are few of them, by the hour where there are many. */
export const MEASURES: Readonly<Record<VerificationMeasure, Measure>> = {
  queue_seconds: singly('wait of a task in the queue', 'seconds', 'task.claimed', 'queue_seconds'),
  task_seconds: singly('length of an attempt at a task', 'seconds', 'task.completed', 'duration_seconds'),
  failed_test_share: {
    title: 'failed tests, of all tests of a run',
    unit: 'share',
    center: 'mean',
    async read(ask, span) {
      const samples: MeasureSample[] = [];
      for await (const batch of ask.events({ metric: 'tests.executed', ...asked(span) })) {
        for (const event of batch) {
          const passed = numberField(event, 'passed') ?? 0;
          const failed = numberField(event, 'failed') ?? 0;
          const ran = passed + failed;
          // One vote for each run: a suite that is run again and again must not decide alone.
          if (ran === 0) continue;
          samples.push({ atMicros: event.atMicros, value: failed / ran, weight: 1, hits: failed > 0 ? 1 : 0 });
        }
      }
      return samples;
    },
  },
  failed_call_share: hourlyShare('failed calls of tools, of all calls', 'tool.called', 'count', { outcome: 'error' }),
  lock_wait_ms: {
    title: 'wait for the lock of the state file',
    unit: 'ms',
    center: 'mean',
    async read(ask, span) {
      const rows = await hourly(ask, 'state.lock', span, ['count(wait_ms)', 'avg(wait_ms)']);
      return rows.flatMap(({ atMicros, values }) => sample(atMicros, values['avg(wait_ms)'], values['count(wait_ms)']));
    },
  },
  cached_token_share: {
    title: 'input read from a cache, of all input',
    unit: 'share',
    center: 'mean',
    async read(ask, span) {
      const rows = await hourly(ask, 'tokens.consumed', span, INPUT_SUMS);
      return rows.flatMap(({ atMicros, values }) => {
        const input = sumOf(values, INPUT_SUMS);
        return input > 0 ? [{ atMicros, value: (values['sum(cached_tokens)'] ?? 0) / input, weight: input }] : [];
      });
    },
  },
  request_tokens: {
    title: 'input of a request to a model',
    unit: 'tokens',
    center: 'mean',
    async read(ask, span) {
      const rows = await hourly(ask, 'tokens.consumed', span, [...INPUT_SUMS, 'sum(requests)']);
      return rows.flatMap(({ atMicros, values }) => {
        const requests = values['sum(requests)'] ?? 0;
        return requests > 0 ? [{ atMicros, value: sumOf(values, INPUT_SUMS) / requests, weight: requests }] : [];
      });
    },
  },
  released_task_share: {
    title: 'tasks given back, of all claims',
    unit: 'share',
    center: 'mean',
    async read(ask, span) {
      const claims = await hourly(ask, 'task.claimed', span, ['count']);
      const releases = await hourly(ask, 'task.released', span, ['count']);
      const released = new Map(releases.map(({ atMicros, values }) => [atMicros, values['count'] ?? 0]));
      return claims.flatMap(({ atMicros, values }) => {
        return shareSample(atMicros, released.get(atMicros) ?? 0, values['count'] ?? 0);
      });
    },
  },
  node_busy_share: daily('working time of nodes, of all their time', 'share', async (ask, span) => {
    const { nodes } = await ask.clock(span.fromMicros, span.toMicros);
    const own = nodes.filter(({ nodeId }) => span.nodeId === undefined || nodeId === span.nodeId);
    const lived = own.reduce((sum, node) => sum + (node.toMicros - node.fromMicros), 0);
    const worked = own
      .flatMap(({ intervals }) => intervals)
      .reduce((sum, { state, fromMicros, toMicros }) => sum + (state === 'working' ? toMicros - fromMicros : 0), 0);
    return lived > 0 ? worked / lived : undefined;
  }),
  human_wait_seconds: daily('time a day that tasks waited for a person', 'seconds', taskStateSeconds('human_wait')),
  abandoned_seconds: daily(
    'time a day that tasks lay with a node that did nothing',
    'seconds',
    taskStateSeconds('abandoned'),
  ),
  task_cost_usd: daily('cost of a day for each attempt that ended on it', 'usd', async (ask, span) => {
    const { rows } = await ask.aggregate({ metric: 'task.completed', ...asked(span), aggregations: ['count'] });
    const ended = Number(rows[0]?.values['count'] ?? 0);
    if (ended === 0) return undefined;
    const lines = (await ask.ledger(span.fromMicros, span.toMicros)).lines.filter(({ fields }) =>
      concerns(fields, span),
    );
    return lines.reduce((sum, { figures }) => sum + Number(figures.costNanos) / 1e9, 0) / ended;
  }),
  unpriced_token_share: daily('tokens without a price, of all tokens', 'share', async (ask, span) => {
    const { figures } = (await ask.ledger(span.fromMicros, span.toMicros)).total;
    const all = totalTokens(figures);
    return all > 0 ? figures.unpricedTokens / all : undefined;
  }),
  unattributed_token_share: daily('tokens that no node is known for, of all tokens', 'share', async (ask, span) => {
    const { lines, total } = await ask.ledger(span.fromMicros, span.toMicros);
    const all = totalTokens(total.figures);
    const nobody = lines.filter(({ fields }) => fields.node_id === undefined);
    return all > 0 ? nobody.reduce((sum, { figures }) => sum + totalTokens(figures), 0) / all : undefined;
  }),
};

const INPUT_SUMS = [
  'sum(input_tokens)',
  'sum(cached_tokens)',
  'sum(cache_write_5m_tokens)',
  'sum(cache_write_1h_tokens)',
] as const;

type HourlyValues = Readonly<Record<string, number | undefined>>;

const sumOf = (values: HourlyValues, keys: readonly string[]): number =>
  keys.reduce((sum, key) => sum + (values[key] ?? 0), 0);

const sample = (atMicros: number, value: number | undefined, weight: number | undefined): MeasureSample[] =>
  value === undefined || weight === undefined || weight === 0 ? [] : [{ atMicros, value, weight }];

const shareSample = (atMicros: number, hits: number, total: number): MeasureSample[] =>
  total > 0 ? [{ atMicros, value: hits / total, weight: total, hits }] : [];

function asked({ fromMicros, toMicros, nodeId, model }: MeasureSpan): {
  since: number;
  until: number;
  filters?: FilterBook;
} {
  const filters = {
    ...(nodeId === undefined ? {} : { node_id: nodeId }),
    ...(model === undefined ? {} : { model }),
  };
  const times = { since: fromMicros / 1e6, until: toMicros / 1e6 };
  return Object.keys(filters).length === 0 ? times : { ...times, filters };
}

const concerns = (fields: { node_id: string | undefined; model: string | undefined }, span: MeasureSpan): boolean =>
  (span.nodeId === undefined || fields.node_id === span.nodeId) &&
  (span.model === undefined || fields.model === span.model);

function singly(title: string, unit: FigureUnit, metric: string, field: string): Measure {
  return {
    title,
    unit,
    center: 'median',
    async read(ask, span) {
      const samples: MeasureSample[] = [];
      for await (const batch of ask.events({ metric, ...asked(span) })) {
        for (const event of batch) samples.push(...sample(event.atMicros, numberField(event, field), 1));
      }
      return samples;
    },
  };
}

async function hourly(
  ask: Gatherer,
  metric: string,
  span: MeasureSpan,
  aggregations: readonly string[],
  filters: FilterBook = {},
): Promise<{ readonly atMicros: number; readonly values: HourlyValues }[]> {
  const question = asked(span);
  const { rows } = await ask.aggregate({
    metric,
    ...question,
    filters: { ...question.filters, ...filters },
    aggregations,
    bucket: '1h',
  });
  return rows.map(({ bucketStart = 0, values }) => ({
    atMicros: Math.round(bucketStart * 1e6),
    values: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, typeof value === 'number' ? value : undefined]),
    ),
  }));
}

/** Of each hour, how much of a metric meets a condition. */
function hourlyShare(title: string, metric: string, aggregation: string, condition: FilterBook): Measure {
  return {
    title,
    unit: 'share',
    center: 'mean',
    async read(ask, span) {
      const all = await hourly(ask, metric, span, [aggregation]);
      const met = new Map(
        (await hourly(ask, metric, span, [aggregation], condition)).map(({ atMicros, values }) => [
          atMicros,
          values[aggregation] ?? 0,
        ]),
      );
      return all.flatMap(({ atMicros, values }) => {
        return shareSample(atMicros, met.get(atMicros) ?? 0, values[aggregation] ?? 0);
      });
    },
  };
}

/** One value for each whole day of 24 hours, counted from the beginning of the span. */
function daily(
  title: string,
  unit: FigureUnit,
  valueOf: (ask: Gatherer, day: MeasureSpan) => Promise<number | undefined>,
): Measure {
  return {
    title,
    unit,
    center: 'mean',
    async read(ask, span) {
      const samples: MeasureSample[] = [];
      for (let from = span.fromMicros; from + MICROS_PER_DAY <= span.toMicros; from += MICROS_PER_DAY) {
        const value = await valueOf(ask, { ...span, fromMicros: from, toMicros: from + MICROS_PER_DAY });
        if (value !== undefined) samples.push({ atMicros: from, value, weight: 1 });
      }
      return samples;
    },
  };
}

function taskStateSeconds(wanted: 'human_wait' | 'abandoned') {
  return async (ask: Gatherer, span: MeasureSpan): Promise<number> => {
    const { tasks } = await ask.clock(span.fromMicros, span.toMicros);
    const seconds = tasks
      .flatMap(({ intervals }) => intervals)
      .filter(({ state, nodeId }) => state === wanted && (span.nodeId === undefined || nodeId === span.nodeId))
      .reduce((sum, { fromMicros, toMicros }) => sum + (toMicros - fromMicros) / 1e6, 0);
    return seconds;
  };
}
