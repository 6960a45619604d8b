import type { z } from '@hono/zod-openapi';
import type { ApiContext } from './api-context.ts';
import { withLacking, type WithLacking } from './schemas/lacking.ts';
import type { Described } from './told.ts';

/** How much a question takes: heavy ones read weeks of events, and one after the other. */
export type Weight = 'light' | 'heavy';

/** Parameters in the path; most questions have none. */
type PathParams = z.ZodObject | undefined;
type OutputOf<Params extends PathParams> = Params extends z.ZodObject ? z.output<Params> : unknown;

type Route<Path extends string, Query extends z.ZodObject, Params extends PathParams, Answer extends z.ZodType> = {
  readonly method: 'get';
  readonly path: Path;
  readonly summary: string;
  readonly description: string;
  readonly tags: string[];
  readonly request: Params extends z.ZodObject
    ? { readonly query: Query; readonly params: Params }
    : { readonly query: Query };
  readonly responses: {
    readonly 200: {
      readonly description: string;
      readonly content: { readonly 'application/json': { readonly schema: Answer } };
    };
  };
};

/** A question that the API answers, declared once: parameters, answer, and the report that makes it. */
export type Question<
  Path extends string = string,
  Query extends z.ZodObject = z.ZodObject,
  Params extends PathParams = PathParams,
  Answer extends z.ZodType = z.ZodType,
> = {
  readonly route: Route<Path, Query, Params, Answer>;
  readonly weight: Weight;
  /** `asked`: parameters as their schemas made them. */
  readonly ask: (context: ApiContext, asked: never) => Promise<unknown>;
};

type Declaration<
  Path extends string,
  Query extends z.ZodObject,
  Params extends PathParams,
  Answer extends z.ZodObject,
> = {
  /** Below `/api/v1`, with `{name}` for what varies. */
  readonly path: Path;
  /** A few words. */
  readonly summary: string;
  /** One sentence or more, for the OpenAPI document. */
  readonly doc: string;
  readonly query: Query;
  readonly params?: Params;
  readonly answer: Answer;
  readonly weight?: Weight;
};

/**
 * Declare a question. Its answer also says which events it needed and could not read. Where the schema of the answer is
 * not what the report tells, the result is none, and the index of routes does not compile.
 *
 * @param ask Makes the answer from parameters as their schemas made them.
 */
export function defineQuestion<
  const Path extends string,
  Query extends z.ZodObject,
  Answer extends z.ZodObject,
  Ask extends (context: ApiContext, asked: z.output<Query> & OutputOf<Params>) => Promise<unknown>,
  Params extends PathParams = undefined,
>(
  declaration: Declaration<Path, Query, Params, Answer>,
  ask: Ask,
): Described<Awaited<ReturnType<Ask>>, z.output<Answer>, Question<Path, Query, Params, WithLacking<Answer>>> {
  const { path, summary, doc, query, params, answer, weight = 'light' } = declaration;
  const question: Question<Path, Query, Params, WithLacking<Answer>> = {
    route: {
      method: 'get',
      path,
      summary,
      description: doc,
      tags: [path.split('/')[1] ?? path],
      request: { query, ...(params === undefined ? {} : { params }) } as Route<
        Path,
        Query,
        Params,
        WithLacking<Answer>
      >['request'],
      responses: { 200: { description: summary, content: { 'application/json': { schema: withLacking(answer) } } } },
    },
    weight,
    ask,
  };
  return question as Described<Awaited<ReturnType<Ask>>, z.output<Answer>, typeof question>;
}
