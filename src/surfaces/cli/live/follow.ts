import { setTimeout as delay } from 'node:timers/promises';

import { clusterStatus } from '../../../analysis/reports/cluster-status.ts';
import { conservation } from '../../../analysis/reports/conservation.ts';
import type { MetricsCollector } from '../../../metrics-collector.ts';
import type { IncomingEvent } from '../../../model/event.ts';
import { openPriceBook, priced } from '../../../pricing/index.ts';
import { NoticeRecord } from '../../../sources/notice-record.ts';
import type { LiveSource } from '../../../sources/source.ts';
import type { OtlpPush } from '../../otlp-out/otlp-push.ts';
import type { CommandContext } from '../context.ts';
import { insightOptionsOf } from '../insight-options.ts';
import { seenNodes } from '../seen-nodes.ts';
import { configOfRun } from '../settings-of.ts';
import { momentFormat } from '../terminal/moments.ts';
import { eventNote } from './event-notes.ts';
import type { Frame, Note } from './frame.ts';
import type { LiveView } from './live-view.ts';
import { pushOtlp } from './push-otlp.ts';
import { noticeText } from './source-notices.ts';
import { AlertWatch } from './watch-alerts.ts';
import { watchInsights } from './watch-insights.ts';

/** Between two looks at the store. */
const TICK_MILLIS = 1_000;
const UPKEEP_MILLIS = 600_000;
/** Findings are of days; looking costs up to a second on large stores. */
const INSIGHT_MILLIS = 300_000;
/** The ledger changes slowly and asks every spool file. */
const LEDGER_MILLIS = 5_000;
/** What tasks and latencies are counted over. */
const WINDOW_SECONDS = 300;
/** Notes kept for the view. */
const MAX_NOTES = 20;

/** What to follow, and until when. */
export type Following = {
  readonly context: CommandContext;
  readonly collector: MetricsCollector;
  readonly sources: readonly LiveSource[];
  readonly view: LiveView;
  /** Ends the following. */
  readonly end: AbortSignal;
  readonly totalMillis: number | undefined;
  /** What opens the dashboard, where there is one. */
  readonly link?: string | undefined;
  /** Awaited between the end and the last look at the sources. */
  beforeStop?(): Promise<void>;
};

/** Follows a cluster until it is told to end: sources write events, the store takes them in, the view shows them. */
export async function follow(following: Following): Promise<void> {
  const follower = new Follower(following);
  await follower.start();
  while (!following.end.aborted) {
    await follower.tick();
    await delay(TICK_MILLIS, undefined, { signal: following.end }).catch(() => {});
  }
  await following.beforeStop?.();
  await follower.stop();
}

class Follower {
  readonly #following: Following;
  readonly #startMillis: number;
  readonly #startedSources: LiveSource[] = [];
  readonly #notes: Note[] = [];
  readonly #alerts: AlertWatch;
  #push: OtlpPush | undefined;
  #frame: Frame | undefined;
  #dropped: Frame['dropped'] = {};
  #lastUpkeepMillis: number;
  #lastLedgerMillis = -Infinity;
  #lastInsightMillis: number;

  constructor(following: Following) {
    this.#following = following;
    this.#startMillis = following.context.clock.monotonicMillis();
    this.#lastUpkeepMillis = this.#startMillis;
    this.#lastInsightMillis = this.#startMillis;
    this.#alerts = new AlertWatch(following.context, following.collector, (text, tone) =>
      this.#note(text, tone, undefined),
    );
  }

  async start(): Promise<void> {
    const { context, collector, sources } = this.#following;
    const { settings } = configOfRun(context);
    const prices = openPriceBook({ directory: context.directory, pricesFile: settings.pricesFile });
    const notices = new NoticeRecord(context.directory);
    for (const source of sources) {
      await source.start({
        clock: context.clock,
        emit: (event) => {
          collector.emit(priced(event, prices));
          this.#noteEvent(event);
          for (const other of sources) other.hear?.(event);
        },
        notice: (notice) => {
          notices.add(source.name, notice, context.clock.nowMicros());
          const text = noticeText(notice);
          if (text !== undefined) this.#note(text, 'warning', undefined);
        },
      });
      this.#startedSources.push(source);
    }
    this.#push = await pushOtlp(context, collector, (text, tone) => this.#note(text, tone, undefined));
  }

  async tick(): Promise<void> {
    const { view, collector, context } = this.#following;
    try {
      await collector.drain();
      await this.#keepUp();
      view.show(await this.#look());
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (this.#frame === undefined) context.note(problem);
      else view.show({ ...this.#frame, problem, elapsedSeconds: this.#elapsedMillis() / 1_000 });
    }
  }

  /** A last look at the sources, so that what happened until now is told; then lets go of them. */
  async stop(): Promise<void> {
    for (const source of this.#startedSources) {
      await source.poll().catch(() => {});
      await source.stop().catch(() => {});
    }
    await this.#alerts.close();
    await this.#following.collector.drain().catch(() => {});
    await this.#push?.close();
  }

  #elapsedMillis(): number {
    return this.#following.context.clock.monotonicMillis() - this.#startMillis;
  }

  async #keepUp(): Promise<void> {
    const { collector, context } = this.#following;
    const now = context.clock.monotonicMillis();
    if (now - this.#lastUpkeepMillis >= UPKEEP_MILLIS) {
      this.#lastUpkeepMillis = now;
      await collector.upkeep();
    }
    if (now - this.#lastInsightMillis >= INSIGHT_MILLIS) {
      this.#lastInsightMillis = now;
      await this.#watchInsights();
    }
    await this.#alerts.look();
    if (now - this.#lastLedgerMillis < LEDGER_MILLIS) return;
    this.#lastLedgerMillis = now;
    this.#dropped = conservation(await collector.ledger()).dropped;
  }

  async #watchInsights(): Promise<void> {
    const { collector, context } = this.#following;
    const { changes, found } = await watchInsights(collector, insightOptionsOf(context));
    for (const { kind, change } of changes) {
      const tone = change === 'closed' || change === 'better' ? 'good' : 'warning';
      this.#note(`insight ${change}: ${kind} (amicus-metrics insights)`, tone, undefined);
    }
    await this.#alerts.takeFindings(found);
  }

  async #look(): Promise<Frame> {
    const { context, collector, totalMillis } = this.#following;
    const status = await clusterStatus(collector, {
      nowMicros: context.clock.nowMicros(),
      windowSeconds: WINDOW_SECONDS,
      seen: seenNodes(context),
    });
    const stats = await collector.stats();
    const { unwritable } = collector.health();
    this.#frame = {
      directory: context.directory,
      elapsedSeconds: this.#elapsedMillis() / 1_000,
      totalSeconds: totalMillis === undefined ? undefined : totalMillis / 1_000,
      status,
      storedEvents: stats.events,
      spoolBytes: stats.spoolBytes,
      dropped: this.#dropped,
      notes: [...this.#notes],
      link: this.#following.link,
      problem: unwritable === undefined ? undefined : `Nothing can be written: ${unwritable}`,
    };
    return this.#frame;
  }

  #noteEvent(event: IncomingEvent): void {
    const note = eventNote(event);
    if (note !== undefined) this.#note(note.text, note.tone, event.atMicros);
  }

  #note(text: string, tone: Note['tone'], atMicros: number | undefined): void {
    const { context, view } = this.#following;
    const time = momentFormat(context.timeZone).time(atMicros ?? context.clock.nowMicros());
    const note: Note = { time, text, tone };
    this.#notes.push(note);
    if (this.#notes.length > MAX_NOTES) this.#notes.shift();
    view.note(note);
  }
}
