import type { Question } from '../define-question.ts';
import { aggregateQuestion } from './aggregate.ts';
import { alertHistoryQuestion } from './alert-history.ts';
import { alertTestQuestion } from './alert-test.ts';
import { alertsQuestion } from './alerts.ts';
import { budgetsQuestion } from './budgets.ts';
import { clockQuestion } from './clock.ts';
import { costsQuestion } from './costs.ts';
import { eventsQuestion } from './events.ts';
import { forecastQuestion } from './forecast.ts';
import { healthQuestion } from './health.ts';
import { insightsQuestion } from './insights.ts';
import { metricsQuestion } from './metrics.ts';
import { nodeEfficiencyQuestion } from './node-efficiency.ts';
import { nodeQuestion } from './node.ts';
import { nodesQuestion } from './nodes.ts';
import { overviewQuestion } from './overview.ts';
import { qualityQuestion } from './quality.ts';
import { seriesQuestion } from './series.ts';
import { sourcesQuestion } from './sources.ts';
import { statusQuestion } from './status.ts';
import { taskQuestion } from './task.ts';
import { taskEstimateQuestion } from './task-estimate.ts';
import { tasksQuestion } from './tasks.ts';
import { weekQuestion } from './week.ts';

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
  forecastQuestion,
  taskEstimateQuestion,
  qualityQuestion,
  insightsQuestion,
  alertsQuestion,
  alertHistoryQuestion,
  alertTestQuestion,
  seriesQuestion,
  aggregateQuestion,
  eventsQuestion,
  metricsQuestion,
  sourcesQuestion,
  healthQuestion,
  weekQuestion,
] as const satisfies readonly Question[];
