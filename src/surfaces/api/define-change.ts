import type { z } from '@hono/zod-openapi';
import type { ApiContext } from './api-context.ts';
import { withLacking, type WithLacking } from './schemas/lacking.ts';
import type { Described } from './told.ts';

type Route<Path extends string, Body extends z.ZodObject, Answer extends z.ZodType> = {
  readonly method: 'post';
  readonly path: Path;
  readonly summary: string;
  readonly description: string;
  readonly tags: string[];
  readonly request: {
    readonly body: {
      readonly required: true;
      readonly content: { readonly 'application/json': { readonly schema: Body } };
    };
  };
  readonly responses: {
    readonly 200: {
      readonly description: string;
      readonly content: { readonly 'application/json': { readonly schema: Answer } };
    };
  };
};

/** Something that a caller with the read-write token may do. */
export type Change<
  Path extends string = string,
  Body extends z.ZodObject = z.ZodObject,
  Answer extends z.ZodType = z.ZodType,
> = {
  readonly route: Route<Path, Body, Answer>;
  /** `asked`: the body as its schema made it. */
  readonly make: (context: ApiContext, asked: never) => Promise<unknown>;
};

type Declaration<Path extends string, Body extends z.ZodObject, Answer extends z.ZodObject> = {
  /** Below `/api/v1`. */
  readonly path: Path;
  readonly summary: string;
  readonly doc: string;
  readonly body: Body;
  readonly answer: Answer;
};

/** Declare a change, in the same way as `defineQuestion` a question. */
export function defineChange<
  const Path extends string,
  Body extends z.ZodObject,
  Answer extends z.ZodObject,
  Make extends (context: ApiContext, asked: z.output<Body>) => Promise<unknown>,
>(
  { path, summary, doc, body, answer }: Declaration<Path, Body, Answer>,
  make: Make,
): Described<Awaited<ReturnType<Make>>, z.output<Answer>, Change<Path, Body, WithLacking<Answer>>> {
  const change: Change<Path, Body, WithLacking<Answer>> = {
    route: {
      method: 'post',
      path,
      summary,
      description: doc,
      tags: [path.split('/')[1] ?? path],
      request: { body: { required: true, content: { 'application/json': { schema: body } } } },
      responses: { 200: { description: summary, content: { 'application/json': { schema: withLacking(answer) } } } },
    },
    make,
  };
  return change as Described<Awaited<ReturnType<Make>>, z.output<Answer>, typeof change>;
}
