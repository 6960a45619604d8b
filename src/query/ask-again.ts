import type { Store } from '../store/store.ts';

/** The second time, more damage may be met where the first looked no further. */
const MAX_TIMES = 3;

/**
 * Answer again when damage was met that nobody had noticed: then it is known what cannot be read, and the answer says
 * what it lacks.
 */
export async function askAgain<Answer>(store: Store, answer: () => Promise<Answer>): Promise<Answer> {
  for (let times = 1; ; times++) {
    const { damageMet } = store;
    const answered = await answer();
    if (store.damageMet === damageMet || times === MAX_TIMES) return answered;
  }
}
