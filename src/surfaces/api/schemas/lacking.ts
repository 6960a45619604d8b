import { z } from '@hono/zod-openapi';

const unreadableEvents = z
  .object({ metric: z.string(), fromMicros: z.number(), toMicros: z.number() })
  .openapi('UnreadableEvents', {
    description:
      'Some events of a metric in a span that an answer needed and that cannot be read, because the file was damaged.',
  });

/** What stands beside every answer: absent where it lacks nothing. */
export const LACKING = { unreadable: z.array(unreadableEvents).optional() };

export type Lacking = { readonly unreadable?: z.output<typeof unreadableEvents>[] };

/** The schema of an answer with that. */
export type WithLacking<Answer extends z.ZodObject> = z.ZodObject<Answer['shape'] & typeof LACKING>;

/** The schema of an answer, which also says what it lacks. */
export function withLacking<Answer extends z.ZodObject>(answer: Answer): WithLacking<Answer> {
  return answer.extend(LACKING);
}
