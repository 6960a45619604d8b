import type { Question } from '../define-question.ts';
import { insightsQuestion } from './insights.ts';
import { metricsQuestion } from './metrics.ts';
import { overviewQuestion } from './overview.ts';
import { seriesQuestion } from './series.ts';
import { statusQuestion } from './status.ts';

/** Every question that is answered. A new one is one file, and one line here. */
export const QUESTIONS = [
  overviewQuestion,
  statusQuestion,
  seriesQuestion,
  metricsQuestion,
  insightsQuestion,
] as const satisfies readonly Question[];
