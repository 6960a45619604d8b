import { setTimeout as pause } from 'node:timers/promises';

/** So long a test waits for what must happen: no machine is that slow, and where all is well it costs nothing. */
export const PATIENCE_MILLIS = 60_000;
const PAUSE_MILLIS = 20;

/**
 * Asks again and again until the answer is the wanted one; by default any that is true. Asking may fail meanwhile.
 *
 * @throws where it never comes, with the last answer or failure.
 */
export async function eventually<Answer>(
  ask: () => Answer | Promise<Answer>,
  isWanted: (answer: Answer) => boolean = Boolean,
): Promise<Answer> {
  const begun = performance.now();
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (isWanted(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() - begun > PATIENCE_MILLIS) {
      throw new Error(`It did not come in ${PATIENCE_MILLIS / 1_000} s; last: ${String(last)}`, { cause: last });
    }
    await pause(PAUSE_MILLIS);
  }
}
