import { setTimeout as delay } from 'node:timers/promises';

import {
  lastTold,
  groupOfKey,
  readAlertBook,
  readDeliveries,
  toAlertData,
  type ToldChange,
} from '../../../analysis/alerts/alert-book.ts';
import { AlertEvaluator, type Evaluation, type FoundNow } from '../../../analysis/alerts/alert-evaluator.ts';
import type { FindingRule } from '../../../analysis/alerts/alert-rule.ts';
import type { AlertRule, NotifyChannel } from '../../../config/index.ts';
import type { MetricsCollector } from '../../../metrics-collector.ts';
import { SYSTEM_TIMERS } from '../../../sources/source.ts';
import { type AlertMessage, toAlertMessage, toRepeat } from '../../notify/alert-message.ts';
import { DeliveryQueue, type Settled } from '../../notify/delivery-queue.ts';
import { recordDelivery } from '../../notify/record-delivery.ts';
import { tellTerminal } from '../../notify/tell-terminal.ts';
import type { CommandContext } from '../context.ts';
import { configOfRun } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';
import type { Tone } from '../terminal/style.ts';

/** A quarter of the shortest step of a rule. */
const LOOK_MICROS = 2_500_000;
/** An Alertmanager ends what it is not told of for ten minutes. */
const REPEAT_MICROS = 120_000_000;
/** After a restart, what was to be told in the last hour and was neither delivered nor given up is told. */
const UNSETTLED_MICROS = 3_600_000_000;
/** The end of `up` waits so long for what is on its way. */
const CLOSE_MILLIS = 1_000;

/** What of a run it needs. */
type WatchContext = Pick<CommandContext, 'clock' | 'directory' | 'env' | 'cwd' | 'stderr'>;

/** Evaluates the alert rules while `up` runs, and tells channels what changes. */
export class AlertWatch {
  readonly #context: WatchContext;
  readonly #collector: MetricsCollector;
  readonly #note: (text: string, tone: Tone) => void;
  readonly #evaluator = new AlertEvaluator();
  readonly #queue: DeliveryQueue;
  readonly #problems = new Set<string>();
  /** When channels that forget were last told again of what fires. */
  readonly #repeatedMicros = new Map<string, number>();
  #lookedMicros = Number.NEGATIVE_INFINITY;
  #isFirst = true;

  constructor(context: WatchContext, collector: MetricsCollector, note: (text: string, tone: Tone) => void) {
    this.#context = context;
    this.#collector = collector;
    this.#note = note;
    this.#queue = new DeliveryQueue({
      clock: context.clock,
      timers: SYSTEM_TIMERS,
      random: Math.random,
      environment: context.env,
      onSettled: (settled) => this.#onSettled(settled),
    });
  }

  /** Evaluates what is due. Costs nothing between two steps; rules are read anew, so that changes of them count. */
  async look(): Promise<void> {
    const now = this.#context.clock.nowMicros();
    // The clock may have been set back.
    if (Math.abs(now - this.#lookedMicros) < LOOK_MICROS) return;
    this.#lookedMicros = now;
    const { alerts, channels } = configOfRun(this.#context);
    if (alerts.length === 0) return;
    if (this.#isFirst) {
      this.#isFirst = false;
      await this.#sendUnsettled(alerts, channels, now);
    }
    const due = this.#evaluator.due(alerts, now);
    if (due.length > 0) this.#take(await this.#evaluator.evaluateMetrics(this.#collector, due, now), alerts, channels);
    await this.#repeat(alerts, channels, now);
  }

  /** Evaluates the rules on findings by what insights have just found. */
  async takeFindings(found: readonly FoundNow[]): Promise<void> {
    const { alerts, channels } = configOfRun(this.#context);
    const rules = alerts.filter((rule): rule is FindingRule => rule.kind === 'finding');
    if (rules.length === 0) return;
    const now = this.#context.clock.nowMicros();
    this.#take(await this.#evaluator.evaluateFindings(this.#collector, rules, found, now), alerts, channels);
  }

  /** Gives what is on its way a moment; the rest is told after the next start. */
  async close(): Promise<void> {
    // What is on its way keeps the process, the wait for it does not.
    await Promise.race([this.#queue.settled(), delay(CLOSE_MILLIS, undefined, { ref: false })]);
    await this.#queue.close();
  }

  #take({ changes, problems }: Evaluation, rules: readonly AlertRule[], channels: readonly NotifyChannel[]): void {
    for (const [name, problem] of problems) {
      const text = `alert rule ${name} cannot be evaluated: ${printable(problem)}`;
      if (!this.#problems.has(text)) this.#note(text, 'warning');
      this.#problems.add(text);
    }
    for (const one of changes) {
      this.#collector.emit({
        metric: 'alert.changed',
        atMicros: one.change.atMicros,
        data: toAlertData(one),
        source: 'library',
        inferred: true,
        identity: JSON.stringify(['alert.changed', one.rule, one.group, one.change.atMicros]),
      });
      if (!one.change.notified) continue;
      const message = messageOf(one, rules);
      if (message !== undefined) this.#tell(message, channels);
    }
  }

  #tell(message: AlertMessage, channels: readonly NotifyChannel[]): void {
    for (const channel of channelsOf(message.rule, channels)) {
      if (channel.kind !== 'terminal') this.#queue.send(channel, message);
      else {
        this.#note(`alert: ${printable(message.summary)}`, message.level === 'ok' ? 'good' : 'bad');
        tellTerminal(this.#context.stderr, message);
      }
    }
  }

  #onSettled(settled: Settled): void {
    const { channel, message, outcome, reason } = settled;
    if (message.isRepeat) return;
    recordDelivery(this.#collector, settled, this.#context.clock.nowMicros());
    if (outcome === 'failed') this.#note(`alert ${message.rule.name} did not reach ${channel}: ${reason}`, 'warning');
  }

  async #sendUnsettled(rules: readonly AlertRule[], channels: readonly NotifyChannel[], now: number): Promise<void> {
    const told = lastTold(await readAlertBook(this.#collector, now), now - UNSETTLED_MICROS);
    if (told.length === 0) return;
    const settled = await readDeliveries(this.#collector, now);
    for (const one of told) {
      const message = messageOf(one, rules);
      if (message === undefined) continue;
      for (const channel of channelsOf(message.rule, channels)) {
        const isSettled = settled.some(
          ({ deliveryId, channel: name }) => deliveryId === message.id && name === channel.name,
        );
        if (channel.kind !== 'terminal' && !isSettled) this.#queue.send(channel, message);
      }
    }
  }

  async #repeat(rules: readonly AlertRule[], channels: readonly NotifyChannel[], now: number): Promise<void> {
    const isDue = ({ name }: NotifyChannel): boolean =>
      now - (this.#repeatedMicros.get(name) ?? Number.NEGATIVE_INFINITY) >= REPEAT_MICROS;
    const forgetful = channels.filter(
      (channel) => channel.kind === 'alertmanager' && isDue(channel) && this.#queue.isIdle(channel.name),
    );
    if (!rules.some((rule) => channelsOf(rule, forgetful).length > 0)) return;
    for (const { name } of forgetful) this.#repeatedMicros.set(name, now);
    const { memories } = await readAlertBook(this.#collector, now);
    for (const [key, memory] of memories) {
      const { rule: name, group } = groupOfKey(key);
      const rule = rules.find((one) => one.name === name);
      if (rule === undefined || memory.announced === 'ok') continue;
      for (const channel of channelsOf(rule, forgetful)) this.#queue.send(channel, toRepeat(rule, group, memory));
    }
  }
}

const channelsOf = (
  { notify }: Pick<AlertRule, 'notify'>,
  channels: readonly NotifyChannel[],
): readonly NotifyChannel[] => channels.filter(({ name }) => notify.includes(name));

/** Nothing for a rule that has been taken away. */
function messageOf(
  { rule: name, group, change, before }: ToldChange,
  rules: readonly AlertRule[],
): AlertMessage | undefined {
  const rule = rules.find((one) => one.name === name);
  return rule === undefined ? undefined : toAlertMessage(rule, group, change, before);
}
