import { OWN_FAMILIES } from '../../src/surfaces/exposition/own-families.ts';
import { catalogueSample, ownSample } from './sample-names.ts';

/** A rule that keeps a figure, or one that fires. */
export type PrometheusRule =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: { readonly severity: 'info' | 'warning' | 'critical' };
      readonly annotations: { readonly summary: string; readonly description: string };
    };
export type RuleGroup = { readonly name: string; readonly rules: readonly PrometheusRule[] };

const own = (family: keyof typeof OWN_FAMILIES): string => ownSample(OWN_FAMILIES[family]);
const DONE = catalogueSample('amicus_task_completed');
const BY = 'by (job, instance)';
/** Fewer attempts than this an hour say nothing of how many fail. */
const MIN_ATTEMPTS = 10;

const quantile = (name: string): string =>
  `histogram_quantile(0.95, sum by (job, instance, le) (rate(${catalogueSample(name)}[1h])))`;

function alert(
  name: string,
  severity: 'info' | 'warning' | 'critical',
  held: string,
  expr: string,
  summary: string,
  description: string,
): PrometheusRule {
  return { alert: name, expr, for: held, labels: { severity }, annotations: { summary, description } };
}

/** Rules for a Prometheus that scrapes clusters: figures that dashboards ask for often, and what somebody should be told. */
export const RULE_GROUPS: readonly RuleGroup[] = [
  {
    name: 'amicus-figures',
    rules: [
      {
        record: 'amicus:task_failures:ratio_rate1h',
        expr: `sum ${BY} (rate(${DONE}{outcome="failure"}[1h])) / sum ${BY} (rate(${DONE}[1h]))`,
      },
      { record: 'amicus:task_duration_seconds:p95_1h', expr: quantile('amicus_task_completed_duration_seconds') },
      { record: 'amicus:task_queue_seconds:p95_1h', expr: quantile('amicus_task_claimed_queue_seconds') },
      { record: 'amicus:cost_dollars:increase1h', expr: `sum ${BY} (increase(${own('usageCost')}[1h]))` },
      { record: 'amicus:budget_used:ratio', expr: `${own('budgetUsed')} / ${own('budgetLimit')}` },
    ],
  },
  {
    name: 'amicus-cluster',
    rules: [
      alert(
        'AmicusQueueOld',
        'warning',
        '10m',
        `${own('oldestPending')} > 1800`,
        'A task has waited for over half an hour',
        'The oldest pending task of {{ $labels.instance }} has waited for {{ $value | humanizeDuration }}. `amicus-metrics insights` says what to do.',
      ),
      alert(
        'AmicusNobodyWorks',
        'warning',
        '15m',
        `(sum ${BY} (${own('tasks')}{state="pending"}) > 0) unless (sum ${BY} (${own('nodes')}{status="working"}) > 0)`,
        'Tasks are pending, and no node works',
        '{{ $value }} tasks of {{ $labels.instance }} are pending while no node works.',
      ),
      alert(
        'AmicusTasksFail',
        'warning',
        '15m',
        `amicus:task_failures:ratio_rate1h > 0.3 and sum ${BY} (increase(${DONE}[1h])) >= ${MIN_ATTEMPTS}`,
        'More than three of ten attempts fail',
        '{{ $value | humanizePercentage }} of the attempts of the last hour failed in {{ $labels.instance }}.',
      ),
      alert(
        'AmicusFindingCritical',
        'warning',
        '10m',
        `${own('openFindings')}{severity="critical"} > 0`,
        'A critical finding is open',
        '{{ $labels.kind }} in {{ $labels.instance }}: `amicus-metrics insights`.',
      ),
      alert(
        'AmicusRuleCritical',
        'critical',
        '0m',
        `${own('alerts')}{state="critical"} > 0`,
        'An alert rule of the cluster is critical',
        '{{ $labels.rule }} in {{ $labels.instance }}: `amicus-metrics alerts`.',
      ),
    ],
  },
  {
    name: 'amicus-cost',
    rules: [
      alert(
        'AmicusBudgetNearlyUsed',
        'warning',
        '5m',
        'amicus:budget_used:ratio >= 0.8 and amicus:budget_used:ratio <= 1',
        'A budget is nearly used',
        '{{ $value | humanizePercentage }} of the budget {{ $labels.budget }} is used.',
      ),
      alert(
        'AmicusBudgetExceeded',
        'critical',
        '1m',
        'amicus:budget_used:ratio > 1',
        'A budget is exceeded',
        '{{ $value | humanizePercentage }} of the budget {{ $labels.budget }} is used.',
      ),
      alert(
        'AmicusCostUnknown',
        'info',
        '0m',
        `sum by (job, instance, model) (increase(${own('usageUnpriced')}[1h])) > 0`,
        'Usage has no price',
        'Of {{ $labels.model }} no price is known, so cost is told too low: `amicus-metrics costs`.',
      ),
    ],
  },
  {
    name: 'amicus-collector',
    rules: [
      alert(
        'AmicusDown',
        'critical',
        '5m',
        'up{job="amicus"} == 0',
        'The cluster cannot be scraped',
        '{{ $labels.instance }} does not answer: does `amicus-metrics up` run?',
      ),
      alert(
        'AmicusSilent',
        'warning',
        '15m',
        `time() - ${own('newestEvent')} > 3600 and on (job, instance) sum ${BY} (${own('nodes')}) > 0`,
        'Nothing was recorded for an hour',
        'There are nodes in {{ $labels.instance }}, and the newest event is {{ $value | humanizeDuration }} old.',
      ),
      alert(
        'AmicusEventsLost',
        'critical',
        '0m',
        `sum by (job, instance, reason) (increase(${own('dropped')}{reason=~"spool_full|spool_unwritable|spool_damaged"}[15m])) > 0`,
        'Events are lost',
        '{{ $value }} events of {{ $labels.instance }} were dropped: {{ $labels.reason }}. `amicus-metrics doctor` says more.',
      ),
      alert(
        'AmicusSpoolGrows',
        'warning',
        '15m',
        `${own('spoolBytes')} > 50e6`,
        'Events wait to be stored',
        '{{ $value | humanize1024 }}B wait in {{ $labels.instance }}.',
      ),
      alert(
        'AmicusDrainSlow',
        'warning',
        '15m',
        `${own('drainLag')} > 5`,
        'Storing events takes long',
        'It takes {{ $value | humanizeDuration }} in {{ $labels.instance }}.',
      ),
      alert(
        'AmicusLabelsOverflow',
        'info',
        '1h',
        `${own('overflowed')} > 0`,
        'Some label sets are told together',
        '{{ $value }} label sets of {{ $labels.family }} are told under `other`.',
      ),
    ],
  },
];
