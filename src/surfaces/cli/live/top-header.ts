import { levelOf } from '../../../analysis/alerts/advance.ts';
import { budgetAmount, budgetPercent, budgetTone, budgetUsed } from '../budget-text.ts';
import { healthText } from '../health-text.ts';
import { nodesText, queueText, throughputSpark, throughputText } from '../status-lines.ts';
import { formatNanos } from '../terminal/money.ts';
import { printable } from '../terminal/printable.ts';
import type { Style } from '../terminal/style.ts';
import { formatCount, formatMany, formatSeconds } from '../terminal/units.ts';
import type { TopFigures } from './top-figures.ts';
import { firingAlerts } from './top-panes.ts';

/** How many budgets and alerts a line names. */
const MAX_NAMED = 3;

/** A line above the lists; where the window is low, those of the lowest rank go first. */
type HeaderLine = { readonly rank: number; readonly text: string };

/** What stands above the lists, as many lines as there is room for. */
export function headerLines(figures: TopFigures, nowMicros: number, style: Style, room: number): string[] {
  const { status, insights } = figures;
  const titled = (title: string, text: string): string => `${style('strong', title.padEnd(7))} ${text}`;
  const lines: HeaderLine[] = [];
  if (status !== undefined) {
    if (insights !== undefined) {
      const health = healthText({ incidents: insights.incidents, nodes: status.nodes });
      const tone = insights.incidents.length === 0 ? 'good' : 'warning';
      lines.push({ rank: 7, text: style(tone, printable(health)) });
    } else lines.push({ rank: 7, text: style('quiet', 'Looking for what needs attention …') });
    lines.push({ rank: 4, text: titled('Nodes', printable(nodesText(status.nodes))) });
    lines.push({ rank: 6, text: titled('Queue', printable(queueText(status.queue, nowMicros))) });
    const window = `last ${formatSeconds(status.windowSeconds)}: ${throughputText(status)}`;
    lines.push({ rank: 3, text: titled('Tasks', printable(window)) });
    const spark = throughputSpark(status, style);
    if (spark !== '') lines.push({ rank: 1, text: titled('', spark) });
  }
  const cost = costText(figures, style);
  if (cost !== '') lines.push({ rank: 5, text: titled('Cost', cost) });
  const alerts = alertsText(figures, style);
  if (alerts !== '') lines.push({ rank: 2, text: titled('Alerts', alerts) });
  const kept = new Set(lines.toSorted((a, b) => b.rank - a.rank).slice(0, Math.max(0, room)));
  return lines.filter((line) => kept.has(line)).map(({ text }) => text);
}

/** `today at least $12.30; team $40.10 of $50.00 per week (80.2 %)`. */
function costText({ costToday, budgets }: TopFigures, style: Style): string {
  const parts: string[] = [];
  if (costToday !== undefined) {
    const { events, unpricedEvents, costNanos } = costToday.figures;
    const least = unpricedEvents > 0 ? 'at least ' : '';
    const isUnknown = unpricedEvents === events;
    parts.push(
      events === 0
        ? 'no request told today'
        : `today ${isUnknown ? 'not known: no price for any request' : `${least}${formatNanos(costNanos)}`}`,
    );
  }
  if (budgets?.length === 0) parts.push(style('quiet', 'no budget is declared'));
  const fullest = (budgets ?? []).toSorted((a, b) => budgetPercent(b) - budgetPercent(a));
  for (const state of fullest.slice(0, MAX_NAMED)) {
    const { name, per } = state.budget;
    const percent = `(${budgetPercent(state).toFixed(1)} %)`;
    const text = `${name} ${budgetUsed(state)} of ${budgetAmount(state, state.limit)} per ${per} ${percent}`;
    parts.push(style(budgetTone(state), printable(text)));
  }
  if (fullest.length > MAX_NAMED) parts.push(style('quiet', `${fullest.length - MAX_NAMED} more budgets`));
  return parts.join('; ');
}

/** `2 of 5 rules fire: queue critical, cost warn; 3 insights`. */
function alertsText(figures: TopFigures, style: Style): string {
  const { alerts, insights } = figures;
  const parts: string[] = [];
  if (alerts !== undefined) {
    const rules = new Set(alerts.map(({ rule }) => rule.name)).size;
    const firing = firingAlerts(figures);
    const named = firing.slice(0, MAX_NAMED).map(({ rule, group, memory, problem }) => {
      const what = printable(group === undefined ? rule.name : `${rule.name} ${group}`);
      const isCritical = problem === undefined && levelOf(memory.state) === 'critical';
      return style(
        isCritical ? 'bad' : 'warning',
        `${what} ${problem === undefined ? memory.state.replace('_', ' ') : 'cannot tell'}`,
      );
    });
    const more = firing.length > MAX_NAMED ? ` and ${firing.length - MAX_NAMED} more` : '';
    if (rules === 0) parts.push(style('quiet', 'no rule is declared'));
    else if (firing.length === 0) parts.push(`${formatMany(rules, 'rule')}, nothing fires`);
    else parts.push(`${named.join(', ')}${more}`);
  }
  if (insights !== undefined) {
    const open = insights.advice.filter(({ standing }) => standing.state === 'open').length;
    parts.push(`open insights: ${formatCount(open)}`);
  }
  return parts.join('; ');
}
