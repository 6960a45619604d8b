import type { Question } from '../define-question.ts';
import { aggregateQuestion } from './aggregate.ts';
import { budgetsQuestion } from './budgets.ts';
import { clockQuestion } from './clock.ts';
import { costsQuestion } from './costs.ts';
import { eventsQuestion } from './events.ts';
import { insightsQuestion } from './insights.ts';
import { metricsQuestion } from './metrics.ts';
import { nodeEfficiencyQuestion } from './node-efficiency.ts';
import { nodeQuestion } from './node.ts';
import { nodesQuestion } from './nodes.ts';
import { overviewQuestion } from './overview.ts';
import { seriesQuestion } from './series.ts';
import { statusQuestion } from './status.ts';
import { taskQuestion } from './task.ts';
import { tasksQuestion } from './tasks.ts';

/** Every question that is answered. A new one is one file, and one line here. */
export const QUESTIONS = [
  overviewQuestion,
  statusQuestion,
  tasksQuestion,
  taskQuestion,
  clockQuestion,
  nodesQuestion,
  nodeQuestion,
  nodeEfficiencyQuestion,
  costsQuestion,
  budgetsQuestion,
  insightsQuestion,
  seriesQuestion,
  aggregateQuestion,
  eventsQuestion,
  metricsQuestion,
] as const satisfies readonly Question[];
