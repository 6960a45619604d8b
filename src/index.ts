export { CATEGORIES, type Category, type DataOf, defineMetric, type Metric } from './metrics/define-metric.ts';
export { type Catalogue, type MetricData, type MetricName, METRICS } from './metrics/index.ts';
export {
  type Health,
  MetricsCollector,
  type OpenOptions,
  openMetrics,
  type RecordOptions,
  type TrackOptions,
} from './metrics-collector.ts';
export type { Clock } from './model/clock.ts';
export { ConfigError, MetricsError, QueryError, StoreError } from './model/errors.ts';
export type { DropReason, EventData, FieldValue, IncomingEvent, SourceName, StoredEvent } from './model/event.ts';
export { count, delta, type Field, flag, id, measure, name, names, oneOf, required } from './model/field.ts';
export { QuantileSketch } from './model/quantile-sketch.ts';
export type {
  AggregateAnswer,
  AggregateQuestion,
  AggregateRow,
  EventAnswer,
  EventQuestion,
  Plan,
  Series,
  SeriesAnswer,
  SeriesQuestion,
  SqlAnswer,
  SqlOptions,
} from './query/question.ts';
export type {
  BlockCheck,
  DamagedSpan,
  DrainReport,
  ProducerLedger,
  RetentionSettings,
  StoredMetric,
  StoreStats,
  UpkeepReport,
} from './store/store.ts';
