import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type MetricsCollector, openMetrics } from '../../metrics-collector.ts';
import { SystemClock } from '../../model/clock.ts';
import type { ApiContext } from './api-context.ts';
import { type ErrorAnswer, toErrorAnswer } from './api-error.ts';
import type { Question } from './define-question.ts';
import { QUESTIONS } from './routes/index.ts';

/** What of a run is handed to the thread. */
export type ThreadPlace = Pick<ApiContext, 'directory' | 'env' | 'cwd' | 'timeZone'>;

/** A question on its way in, and what came of it. */
export type ThreadQuestion = { readonly id: number; readonly path: string; readonly asked: object };
export type ThreadAnswer = { readonly id: number } & ({ readonly json: string } | { readonly refusal: ErrorAnswer });

/** Makes answers one after the other, with a store handle of its own. */
function serve(place: ThreadPlace, port: NonNullable<typeof parentPort>): void {
  const clock = new SystemClock();
  let opened: MetricsCollector | undefined;
  const collector = async (): Promise<MetricsCollector> => {
    opened ??= openMetrics({ directory: place.directory, clock });
    return opened;
  };
  const context: ApiContext = { ...place, clock, collector, recordingCollector: collector };
  const questions: readonly Question[] = QUESTIONS;
  let turn: Promise<unknown> = Promise.resolve();
  port.on('message', ({ id, path, asked }: ThreadQuestion) => {
    const answer = async (): Promise<ThreadAnswer> => {
      try {
        const question = questions.find(({ route }) => route.path === path);
        return { id, json: JSON.stringify(await question?.ask(context, asked as never)) };
      } catch (error) {
        return { id, refusal: toErrorAnswer(error) };
      }
    };
    turn = turn.then(async () => port.postMessage(await answer(), []));
  });
}

if (!isMainThread && parentPort !== null) serve(workerData as ThreadPlace, parentPort);
