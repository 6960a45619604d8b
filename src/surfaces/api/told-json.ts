import { MICROS_PER_SECOND } from '../../model/range.ts';
import { UnreadableEvents } from '../../query/unreadable-events.ts';
import { ApiError, toErrorAnswer } from './api-error.ts';
import type { Lacking } from './schemas/lacking.ts';

/**
 * The answer of a question or a change, as JSON: the one way that all of them take. Says which events it needed and could
 * not read. Errors say it too: what is not found may be among them.
 *
 * @throws ApiError
 */
export async function toldJson(make: () => Promise<unknown>): Promise<string> {
  const unreadable = new UnreadableEvents();
  try {
    const answer = await unreadable.during(make);
    return JSON.stringify({ ...(answer as object), ...toLacking(unreadable) });
  } catch (error) {
    const { status, body } = toErrorAnswer(error);
    throw new ApiError({ status, body: { ...body, ...toLacking(unreadable) } });
  }
}

function toLacking(events: UnreadableEvents): Lacking {
  const unreadable = events.list().map(({ metric, from, to }) => ({
    metric,
    fromMicros: Math.round(from * MICROS_PER_SECOND),
    toMicros: Math.round(to * MICROS_PER_SECOND),
  }));
  return unreadable.length === 0 ? {} : { unreadable };
}
