import type { StoredEvent } from '../model/event.ts';
import { lazily } from '../model/lazily.ts';
import type { Asking } from './fold-period.ts';
import type {
  AggregateAnswer,
  AggregateQuestion,
  EventAnswer,
  EventQuestion,
  SeriesAnswer,
  SeriesQuestion,
  SqlAnswer,
  SqlOptions,
  TotalsAnswer,
  TotalsQuestion,
} from './question.ts';

// Loaded with the first question of its kind: whoever only records loads none of it.
const loadQuery = lazily(() => import('./query.ts'));
const loadAggregate = lazily(() => import('./aggregate.ts'));
const loadSeries = lazily(() => import('./series.ts'));
const loadTotals = lazily(() => import('./totals.ts'));
const loadSql = lazily(() => import('./sql.ts'));

/** The questions that a collector answers. */
export abstract class Questions {
  /**
   * Work on a store in which everything is that was recorded before this moment anywhere.
   *
   * @internal Types for users tell nothing of stores.
   */
  protected abstract ask<Result>(work: (asked: Asking) => Promise<Result>): Promise<Result>;

  /** Events of one metric, filtered and ordered, up to a limit. @throws QueryError, StoreError. */
  async query(question: EventQuestion): Promise<EventAnswer> {
    const { queryEvents } = await loadQuery();
    return this.ask((asked) => queryEvents(asked, question));
  }

  /** All events that a question describes, in batches, read as they are asked for. @throws QueryError, StoreError. */
  async *events(question: EventQuestion): AsyncIterable<readonly StoredEvent[]> {
    const { scanEvents } = await loadQuery();
    yield* scanEvents(await this.ask(async (asked) => asked), question);
  }

  /** Figures by group and time bucket, with the plan that found them. @throws QueryError, StoreError. */
  async aggregate(question: AggregateQuestion): Promise<AggregateAnswer> {
    const { aggregate } = await loadAggregate();
    return this.ask((asked) => aggregate(asked, question));
  }

  /** One figure over time, by group, every bucket of the span included. @throws QueryError, StoreError. */
  async series(question: SeriesQuestion): Promise<SeriesAnswer> {
    const { series } = await loadSeries();
    return this.ask((asked) => series(asked, question));
  }

  /** All of the history of metrics: events and sums by group, and distributions. @throws QueryError, StoreError. */
  async totals(questions: readonly TotalsQuestion[]): Promise<readonly TotalsAnswer[]> {
    const { totals } = await loadTotals();
    return this.ask((asked) => totals(asked, questions));
  }

  /**
   * Any reading SQL, on one view per metric and on `events`, `aggregates` and `metadata`: see docs/reference/sql.md.
   * Runs in a process of its own, with limits on time, rows and memory. @throws QueryError `SQL_REFUSED`, `SQL_FAILED`, `SQL_LIMIT`; StoreError.
   */
  async sql(statement: string, options: SqlOptions = {}): Promise<SqlAnswer> {
    const { runSql } = await loadSql();
    const asked = await this.ask(async ({ store, unreadable }) => ({ path: (await store.stats()).path, unreadable }));
    return runSql(asked.path, statement, options, asked.unreadable);
  }
}
