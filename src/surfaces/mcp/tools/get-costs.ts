import { z } from 'zod';
import type { CostDimension } from '../../../analysis/reports/cost-report.ts';
import { sizeArgument } from '../answer.ts';
import { sinceArgument, spanOfArguments, untilArgument } from '../span-arguments.ts';
import { defineTool, READS_ONLY } from './tool.ts';

const DIMENSIONS = ['model', 'role', 'node', 'task', 'day'] as const satisfies readonly CostDimension[];

export const getCosts = defineTool({
  name: 'get_costs',
  title: 'What models cost',
  description:
    'What requests to language models cost in a span, each request once; unpriced usage is counted apart, never as 0. ' +
    'List prices, not a bill.',
  annotations: READS_ONLY,
  input: {
    by: z.array(z.enum(DIMENSIONS)).min(1).max(2).default(['model']).describe('What to tell it by.'),
    size: sizeArgument,
    since: sinceArgument.default('7d'),
    until: untilArgument,
  },
  async answer(desk, { by, size, since, until }) {
    const { costsAnswer } = await import('../costs-answer.ts');
    return costsAnswer(desk, { by, size, span: spanOfArguments({ since, until }, desk.context.timeZone) });
  },
});
