import { type Insights, openInsights } from '../../../analysis/insights/insights.ts';
import { DECISION_CONSEQUENCES, DECISION_WORDS, type DecisionWord, recordDecision } from '../../record-decision.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, optionalArgument } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { printInsight, printInsights } from '../insight-lines.ts';
import { insightOptionsOf } from '../insight-options.ts';
import { configOfRun, strangersIn } from '../settings-of.ts';
import { printable } from '../terminal/printable.ts';

const DECISIONS = Object.keys(DECISION_WORDS) as readonly DecisionWord[];
const ACTIONS: readonly string[] = ['show', ...DECISIONS];

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
    for (const { message, hint } of strangersIn(configOfRun(context))) {
      context.note(printable([message, hint].filter((text) => text !== undefined).join(' ')));
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
    return decide(context, insights, id, DECISIONS.find((word) => word === action) ?? 'reopen');
  },
});

function unknownInsight(id: string, { advice }: Insights): CommandError {
  const known = advice.map(({ advice: { id: one } }) => printable(one));
  const hint = known.length === 0 ? 'Nothing needs attention now.' : `Now there are: ${known.join(', ')}.`;
  return new CommandError('NOT_FOUND', `There is no "${printable(id)}" among the insights.`, hint);
}

async function decide(context: CommandContext, insights: Insights, id: string, word: DecisionWord): Promise<undefined> {
  const found = insights.advice.find(({ advice }) => advice.id === id);
  if (found === undefined) throw unknownInsight(id, insights);
  const decision = DECISION_WORDS[word];
  await recordDecision(await context.recordingCollector(), found.advice, decision);
  const consequence = DECISION_CONSEQUENCES[decision];
  if (decision === 'accepted') {
    context.print(`Accepted ${printable(id)}. ${consequence} \`amicus-metrics insights\` shows it.`);
  } else if (decision === 'dismissed') {
    context.print(`Dismissed ${printable(id)}. ${consequence}`);
  } else {
    context.print(`Reopened ${printable(id)}. ${consequence}`);
  }
  return undefined;
}
