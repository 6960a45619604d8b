import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type ErrorAnswer, toErrorAnswer } from './api-error.ts';
import type { Question } from './define-question.ts';
import { QUESTIONS } from './routes/index.ts';
import { contextOf, type ThreadPlace } from './thread-context.ts';
import { toldJson } from './told-json.ts';

/** A question on its way in, and what came of it. */
export type ThreadQuestion = { readonly id: number; readonly path: string; readonly asked: object };
export type ThreadAnswer = { readonly id: number } & ({ readonly json: string } | { readonly refusal: ErrorAnswer });

/** Makes answers one after the other, with a store handle of its own. */
function serve(place: ThreadPlace, port: NonNullable<typeof parentPort>): void {
  const context = contextOf(place);
  const questions: readonly Question[] = QUESTIONS;
  let turn: Promise<unknown> = Promise.resolve();
  port.on('message', ({ id, path, asked }: ThreadQuestion) => {
    const answer = async (): Promise<ThreadAnswer> => {
      try {
        const question = questions.find(({ route }) => route.path === path);
        return { id, json: await toldJson(async () => question?.ask(context, asked as never)) };
      } catch (error) {
        return { id, refusal: toErrorAnswer(error) };
      }
    };
    turn = turn.then(async () => port.postMessage(await answer(), []));
  });
}

if (!isMainThread && parentPort !== null) serve(workerData as ThreadPlace, parentPort);
