import { readAlertBook, readDeliveries } from '../../../analysis/alerts/alert-book.ts';
import { alertStatus, checkRules } from '../../../analysis/alerts/alert-status.ts';
import { backTest } from '../../../analysis/alerts/back-test.ts';
import { foundNow } from '../../../analysis/alerts/found-now.ts';
import { openInsights } from '../../../analysis/insights/insights.ts';
import { type Config, configFilePlaces } from '../../../config/index.ts';
import { openZone, parseMoment } from '../../../model/time.ts';
import { decideAlert, sendTest } from '../alert-decisions.ts';
import { checkColumns, failureLines, headline, historyColumns, statusColumns } from '../alert-lines.ts';
import { declaredRule, ruleOf, type RuleOptions } from '../alert-rule-of.ts';
import { backTestJson, backTestLines } from '../alert-test-lines.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, listOption, optionalArgument, valueOption } from '../command.ts';
import { CONDITION_HELP, parseCondition } from '../conditions.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { insightOptionsOf } from '../insight-options.ts';
import { parseFigure, parseWord } from '../option-values.ts';
import { printCsv, printRows, printTable } from '../print-rows.ts';
import { configOfRun } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';

const ACTIONS = ['check', 'test', 'ack', 'resolve', 'history', 'send-test'] as const;
type Action = (typeof ACTIONS)[number];
/** `--fail-on` of `check`. */
const FAIL_ON = ['warn', 'critical'] as const;
const DEFAULT_TEST_SINCE = '30d';
const MAX_HISTORY = 200;

const EXAMPLE_RULE = [
  '[alerts.queue]',
  'metric = "task.claimed"',
  'aggregation = "p95(queue_seconds)"',
  'window = "1h"',
  'warn = 300',
  'critical = 900',
  'for = "10m"',
];

/** What is wrong with rules and channels in the configuration. */
const problemsOf = ({ problems }: Config): readonly string[] =>
  problems.map(({ message }) => message).filter((message) => /\b(?:alert|alerts|channel|notify)\b/.test(message));

function explainNone(context: CommandContext, config: Config): void {
  const file = printable(config.file ?? configFilePlaces(context.directory)[0]);
  context.print(`No alert rule is declared. Put one into ${file}, for example:`);
  context.print('');
  for (const line of EXAMPLE_RULE) context.print(`    ${line}`);
  context.print('');
  context.print('See first how often it would have fired: `amicus-metrics alerts test queue --since 30d`.');
  context.print('Then `amicus-metrics up` evaluates it. Rules, channels: docs/reference/settings.md.');
}

async function list(context: CommandContext, config: Config): Promise<undefined> {
  const { alerts } = config;
  if (alerts.length === 0) {
    if (context.format === 'text') explainNone(context, config);
    else if (context.format === 'json') context.printJson({ alerts: [], undelivered: [] });
    return undefined;
  }
  const collector = await context.collector();
  const now = context.clock.nowMicros();
  const statuses = await alertStatus(collector, alerts, await readAlertBook(collector, now), now);
  const failures = failureLines(context, await readDeliveries(collector, now));
  const columns = statusColumns(context);
  if (context.format === 'json') {
    const rows = statuses.map((row) =>
      Object.fromEntries(columns.map((column) => [column.key, column.raw(row) ?? undefined])),
    );
    context.printJson({ alerts: rows, undelivered: failures });
  } else if (context.format === 'csv') printCsv(context, columns, statuses);
  else {
    context.print(`${context.style('strong', 'Alerts')}  ${context.style('quiet', headline(statuses, alerts.length))}`);
    const hasGroups = statuses.some(({ group }) => group !== undefined);
    printTable(context, hasGroups ? columns : columns.filter(({ key }) => key !== 'group'), statuses);
    for (const { rule, problem } of statuses) {
      if (problem === undefined) continue;
      context.print(context.style('bad', `${printable(rule.name)} cannot be evaluated: ${printable(problem)}`));
    }
    for (const failure of failures) context.print(context.style('warning', printable(failure)));
    context.print(
      context.style('quiet', 'States change while `amicus-metrics up` runs; `alerts check` evaluates once.'),
    );
  }
  return undefined;
}

async function check(
  context: CommandContext,
  config: Config,
  name: string | undefined,
  failOn: (typeof FAIL_ON)[number],
): Promise<ExitCode> {
  const rules = name === undefined ? config.alerts : [declaredRule(config.alerts, name)];
  // A rule that is left out watches nothing, and that must not pass for "all is well".
  const isFlawed = name === undefined && problemsOf(config).length > 0;
  if (rules.length === 0) {
    if (context.format === 'text') explainNone(context, config);
    else if (context.format === 'json') context.printJson([]);
    return isFlawed ? EXIT.failed : EXIT.ok;
  }
  const collector = await context.collector();
  const found = async () => foundNow(await openInsights(collector, insightOptionsOf(context)));
  const checks = await checkRules(collector, rules, found, context.clock.nowMicros());
  const columns = checkColumns().filter(
    ({ key }) => key !== 'group' || checks.some(({ group }) => group !== undefined),
  );
  printRows(context, columns, checks, '');
  for (const { rule, problem } of checks) {
    if (problem !== undefined) context.note(`${printable(rule.name)} cannot be evaluated: ${printable(problem)}`);
  }
  const failing = failOn === 'critical' ? ['critical'] : ['warn', 'critical', 'no_data'];
  const fails = checks.some(({ state, problem }) => problem !== undefined || failing.includes(state));
  return fails || isFlawed ? EXIT.failed : EXIT.ok;
}

async function test(
  context: CommandContext,
  config: Config,
  name: string | undefined,
  options: RuleOptions,
): Promise<undefined> {
  const collector = await context.collector();
  const rule = await ruleOf(collector, config.alerts, name, options);
  const now = context.clock.nowMicros();
  const zone = await openZone(context.timeZone);
  const from = parseMoment(context.since ?? DEFAULT_TEST_SINCE, 'since', zone, now);
  const to = context.until === undefined ? now : parseMoment(context.until, 'until', zone, now);
  const tested = await backTest(collector, rule, from, to);
  if (context.format === 'text') for (const line of backTestLines(context, rule, tested)) context.print(line);
  else context.printJson(backTestJson(rule, tested));
  return undefined;
}

async function history(context: CommandContext, config: Config, name: string | undefined): Promise<undefined> {
  const collector = await context.collector();
  const now = context.clock.nowMicros();
  const zone = await openZone(context.timeZone);
  const from = parseMoment(context.since ?? DEFAULT_TEST_SINCE, 'since', zone, now);
  const { changes } = await readAlertBook(collector, now);
  const shown = changes
    .filter(({ rule, change }) => change.atMicros >= from && (name === undefined || rule === name))
    .slice(-MAX_HISTORY)
    .toReversed();
  printRows(context, historyColumns(context, config.alerts), shown, 'No alert has changed in this time.');
  return undefined;
}

function channelNamed({ channels }: Config, name: string) {
  const channel = channels.find((one) => one.name === name);
  if (channel !== undefined) return channel;
  const known = channels.map((one) => printable(one.name)).join(', ');
  throw new CommandError('NOT_FOUND', `There is no channel "${printable(name)}".`, `There are: ${known}.`);
}

export const alertsCommand = defineCommand({
  description:
    'Lists the alert rules of amicus-metrics.toml with their states. `up` evaluates them and tells their channels. ' +
    '`check` evaluates them once, from history alone, and ends with 1 when one warns, is critical, has no data where ' +
    'that is an alert, or cannot be evaluated. `test` says how often a rule would have fired, before it is enabled: a ' +
    'declared one, perhaps with other levels, or one that options give whole. `ack` keeps what fires silent until it is ' +
    'worse or over, `resolve` ends it by hand, `history` lists what changed, `send-test` tells a channel something.',
  arguments: {
    action: optionalArgument(`${ACTIONS.join(', ')}; without one, all rules are listed`),
    name: optionalArgument('the rule; for send-test the channel'),
    group: optionalArgument('for ack and resolve: only this group of the rule'),
  },
  options: {
    failOn: valueOption('<level>', 'check: the least level that fails: warn (default) or critical', {
      words: FAIL_ON,
      parse: parseWord(FAIL_ON),
    }),
    metric: valueOption('<metric>', 'test: a rule on this metric'),
    finding: valueOption('<detector>', 'test: a rule on findings of this detector, or *'),
    aggregation: valueOption('<figure>', "test: such as 'p95(queue_seconds)'; default: count"),
    window: valueOption('<time>', 'test: the figure is of so long; default 1h'),
    where: listOption('<condition>', CONDITION_HELP, { short: 'w', parse: parseCondition }),
    by: valueOption('<field>', 'test: each value of this field by itself'),
    below: flagOption('test: fires below its levels, not above'),
    warn: valueOption('<figure>', 'test: this level, in the unit of the figure', { parse: parseFigure }),
    critical: valueOption('<figure>', 'test: the same for critical', { parse: parseFigure }),
    for: valueOption('<time>', 'test: a level must hold for so long'),
  },
  examples: [
    { line: 'amicus-metrics alerts', doc: 'what fires?' },
    { line: 'amicus-metrics alerts check --fail-on critical', doc: 'in CI: 1 when a rule is critical' },
    {
      line: "amicus-metrics alerts test --metric task.claimed --aggregation 'p95(queue_seconds)' --warn 300 --since 30d",
      doc: 'would this rule have been of use?',
    },
    { line: 'amicus-metrics alerts ack queue', doc: 'somebody looks after it' },
  ],
  async run(context, { arguments: { action, name, group }, options }) {
    const config = configOfRun(context);
    for (const problem of problemsOf(config)) context.note(printable(problem));
    if (action === undefined) return list(context, config);
    const known = parseWord<Action>(ACTIONS)(action, 'alerts');
    if (name === undefined && known !== 'check' && known !== 'test' && known !== 'history') {
      const what = known === 'send-test' ? 'channel' : 'rule';
      throw new CommandError(
        'WRONG_USAGE',
        `alerts ${known} needs a ${what}.`,
        `For example: alerts ${known} ${what === 'rule' ? 'queue' : 'team'}.`,
      );
    }
    switch (known) {
      case 'check':
        return check(context, config, name, options.failOn ?? 'warn');
      case 'test':
        return test(context, config, name, options);
      case 'history':
        return history(context, config, name);
      case 'send-test':
        return sendTest(context, channelNamed(config, name ?? ''));
      default:
        context.print(await decideAlert(context, known, name ?? '', group));
        return undefined;
    }
  },
});
