import { Grid, MultiSelect, Select, Switch, TagsInput, Text } from '@mantine/core';

import { isNumeric } from '../../../../model/field.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { type ExploreQuestion, partsOf } from './question.ts';

export type CatalogueMetric = AnswerOf<'/metrics'>['metrics'][number];

const OF_EVENTS = [
  { value: 'count', label: 'number of events' },
  { value: 'rate', label: 'events a second' },
];
const OF_NUMBERS = [
  { value: 'sum', label: 'sum' },
  { value: 'avg', label: 'average' },
  { value: 'min', label: 'smallest' },
  { value: 'max', label: 'largest' },
  { value: 'p50', label: 'median (p50)' },
  { value: 'p90', label: 'p90' },
  { value: 'p95', label: 'p95' },
  { value: 'p99', label: 'p99' },
];
const OF_ANY_FIELD = [{ value: 'distinct', label: 'number of different values' }];
const BUCKETS = [
  { value: '', label: 'what suits the span' },
  ...['1m', '5m', '15m', '1h', '6h', '1d', '1w'].map((value) => ({ value, label: value })),
];
/** Every event has these beside its declared fields. */
const ALWAYS = ['source', 'cluster'];
/** More groups than a chart can hold are easily asked for. */
const MAX_GROUPING = 3;

/** What is asked: every part of it stands in the address line. */
export function QuestionForm({
  metrics,
  question,
  onChange,
  isOfEvents,
}: {
  metrics: readonly CatalogueMetric[];
  question: ExploreQuestion;
  onChange: (change: Partial<ExploreQuestion>) => void;
  /** Single events are listed, so that there is nothing to compute, group or cut in steps. */
  isOfEvents: boolean;
}) {
  const metric = metrics.find(({ name }) => name === question.metric);
  const fields = metric?.fields ?? [];
  const grouping = fields.filter((field) => !isNumeric(field) && field.kind !== 'names').map(({ name }) => name);
  return (
    <Grid gap="sm" align="start">
      <Grid.Col span={{ base: 12, sm: 6, lg: 3 }}>
        <Select
          label="Metric"
          searchable
          allowDeselect={false}
          data={grouped(metrics)}
          value={question.metric}
          onChange={(name) => {
            if (name !== null) onChange({ metric: name, aggregation: 'count', by: [], where: [] });
          }}
        />
      </Grid.Col>
      {isOfEvents ? null : (
        <>
          <AggregationInputs fields={fields} aggregation={question.aggregation} onChange={onChange} />
          <Grid.Col span={{ base: 12, sm: 6, lg: 3 }}>
            <MultiSelect
              label="For each"
              placeholder={question.by.length === 0 ? 'all together' : ''}
              clearable
              maxValues={MAX_GROUPING}
              data={[...new Set([...grouping, ...ALWAYS, ...question.by])]}
              value={[...question.by]}
              onChange={(by) => onChange({ by })}
            />
          </Grid.Col>
        </>
      )}
      <Grid.Col span={{ base: 12, sm: 6, lg: isOfEvents ? 9 : 6 }}>
        <TagsInput
          label="Only where"
          placeholder={question.where.length === 0 ? 'outcome=failure, duration_seconds>60, node_id^=Dev' : ''}
          splitChars={[]}
          acceptValueOnBlur
          clearable
          data={conditionsOf(fields)}
          maxDropdownHeight={280}
          value={[...question.where]}
          onChange={(where) => onChange({ where })}
        />
      </Grid.Col>
      {isOfEvents ? null : (
        <>
          <Grid.Col span={{ base: 6, lg: 3 }}>
            <Select
              label="In steps of"
              allowDeselect={false}
              data={BUCKETS}
              value={question.bucket}
              onChange={(bucket) => onChange({ bucket: bucket ?? '' })}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 6, lg: 3 }}>
            <Switch
              mt={30}
              label="Compare with the time before"
              checked={question.compare}
              onChange={({ currentTarget: { checked } }) => onChange({ compare: checked })}
            />
          </Grid.Col>
        </>
      )}
      {metric === undefined ? null : (
        <Grid.Col span={12}>
          <Text size="sm" c="dimmed">
            {metric.doc}
            {metric.recorded ? '' : ' It is switched off in the settings, so that nothing new is recorded.'}
          </Text>
        </Grid.Col>
      )}
    </Grid>
  );
}

function AggregationInputs({
  fields,
  aggregation,
  onChange,
}: {
  fields: CatalogueMetric['fields'];
  aggregation: string;
  onChange: (change: Partial<ExploreQuestion>) => void;
}) {
  const { fn, field } = partsOf(aggregation);
  const numbers = fields.filter(isNumeric).map(({ name }) => name);
  const others = fields.map(({ name }) => name);
  const fieldsFor = (name: string): readonly string[] => (name === 'distinct' ? others : numbers);
  const functions = [...OF_EVENTS, ...(numbers.length === 0 ? [] : OF_NUMBERS), ...OF_ANY_FIELD];
  const isListed = functions.some(({ value }) => value === fn);
  const choose = (name: string, of: string | undefined): void => {
    const isOfEvents = OF_EVENTS.some(({ value }) => value === name);
    const known = of !== undefined && fieldsFor(name).includes(of) ? of : fieldsFor(name)[0];
    onChange({ aggregation: isOfEvents || known === undefined ? name : `${name}(${known})` });
  };
  return (
    <>
      <Grid.Col span={{ base: 6, lg: 3 }}>
        <Select
          label="Figure"
          allowDeselect={false}
          data={[...functions, ...(isListed ? [] : [{ value: fn, label: fn }])]}
          value={fn}
          onChange={(name) => {
            if (name !== null) choose(name, field);
          }}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 6, lg: 3 }}>
        <Select
          label="Of"
          searchable
          allowDeselect={false}
          disabled={field === undefined}
          placeholder="events"
          data={[...new Set([...fieldsFor(fn), ...(field === undefined ? [] : [field])])]}
          value={field ?? null}
          onChange={(name) => {
            if (name !== null) choose(fn, name);
          }}
        />
      </Grid.Col>
    </>
  );
}

/** Metrics under their categories. */
function grouped(metrics: readonly CatalogueMetric[]) {
  return [...Map.groupBy(metrics, ({ category }) => category)].map(([group, items]) => ({
    group,
    items: items.map(({ name }) => name),
  }));
}

/** Conditions that make sense without knowing the data: words of closed lists, and that a field is there. */
function conditionsOf(fields: CatalogueMetric['fields']) {
  const words = fields.flatMap(({ name, words: known }) => known.map((word) => `${name}=${word}`));
  const there = fields.flatMap(({ name, required }) => (required ? [] : [name, `!${name}`]));
  return [
    { group: 'is', items: words },
    { group: 'is there, or (!) is not', items: there },
  ].filter(({ items }) => items.length > 0);
}
