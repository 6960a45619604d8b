import { type Insights, openInsights } from '../../../analysis/insights/insights.ts';
import { nodeOf } from '../../../analysis/insights/finding-changes.ts';
import type { Decision } from '../../../analysis/insights/decision-book.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, optionalArgument } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { printInsight, printInsights } from '../insight-lines.ts';
import { insightOptionsOf } from '../insight-options.ts';
import { printable } from '../terminal/printable.ts';

const DECISIONS: Readonly<Record<string, Decision>> = { accept: 'accepted', dismiss: 'dismissed', reopen: 'reopened' };
const ACTIONS = ['show', ...Object.keys(DECISIONS)];

export const insightsCommand = defineCommand({
  description:
    'Says what is wrong in the last 24 hours, compared with the four weeks before, what to do about it, and what became ' +
    'of advice that was accepted. Decisions are remembered: dismissed advice stays away for a month unless it becomes ' +
    'worse; accepted advice gets a verdict from four to fourteen days before and after. `show` prints one of them whole, ' +
    'with the questions its figures come from.',
  arguments: {
    action: optionalArgument(`${ACTIONS.join(', ')}; without one, all are listed`),
    id: optionalArgument('which one, as the list names it'),
  },
  options: { all: flagOption('also say what each detector that found nothing says') },
  examples: [
    { line: 'amicus-metrics insights', doc: 'what needs attention, the gravest first' },
    { line: 'amicus-metrics insights show backlog/cluster', doc: 'with its evidence' },
    { line: 'amicus-metrics insights accept backlog/cluster', doc: 'it is being done; tell later whether it helped' },
  ],
  async run(context, { arguments: { action, id }, options }) {
    if (action !== undefined && !ACTIONS.includes(action)) {
      throw new CommandError(
        'WRONG_USAGE',
        `insights knows no "${printable(action)}".`,
        `Known are ${ACTIONS.join(', ')}.`,
      );
    }
    if (action !== undefined && id === undefined) {
      throw new CommandError(
        'WRONG_USAGE',
        `insights ${action} needs to know which one.`,
        'See `amicus-metrics insights` for their names.',
      );
    }
    const insights = await openInsights(await context.collector(), insightOptionsOf(context));
    if (action === undefined || id === undefined) {
      if (context.format === 'text') printInsights(context, insights, { all: options.all });
      else context.printJson(insights);
      return undefined;
    }
    if (action === 'show') {
      if (!printInsight(context, insights, id)) throw unknownInsight(id, insights);
      return undefined;
    }
    return decide(context, insights, id, DECISIONS[action] ?? 'reopened');
  },
});

function unknownInsight(id: string, { advice }: Insights): CommandError {
  const known = advice.map(({ advice: { id: one } }) => printable(one));
  const hint = known.length === 0 ? 'Nothing needs attention now.' : `Now there are: ${known.join(', ')}.`;
  return new CommandError('NOT_FOUND', `There is no "${printable(id)}" among the insights.`, hint);
}

async function decide(context: CommandContext, insights: Insights, id: string, decision: Decision): Promise<undefined> {
  const found = insights.advice.find(({ advice }) => advice.id === id);
  if (found === undefined) throw unknownInsight(id, insights);
  const { finding, action, verification } = found.advice;
  const collector = await context.recordingCollector();
  collector.record('advice.decided', {
    advice_id: id,
    kind: finding.kind,
    decision,
    action,
    severity: finding.severity,
    measure: verification.measure,
    better: verification.better,
    node_id: verification.nodeId ?? nodeOf(finding),
    model: verification.model,
  });
  await collector.flush();
  if (decision === 'accepted') {
    context.print(
      `Accepted. A verdict on ${printable(id)} takes four full days from now; \`amicus-metrics insights\` shows it.`,
    );
  } else if (decision === 'dismissed') {
    context.print(`Dismissed. ${printable(id)} comes back in a month, or when it is worse.`);
  } else {
    context.print(`${printable(id)} is open again.`);
  }
  return undefined;
}
