import { OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { SYSTEM_TIMERS } from '../../sources/source.ts';
import { packageVersion } from '../cli/package-version.ts';
import { MetricsPage } from '../prometheus/metrics-page.ts';
import { AnswerDesk, type AnswerMakers } from './answer-desk.ts';
import type { ApiContext } from './api-context.ts';
import { type ErrorAnswer, errorAnswer, errorSchema, toErrorAnswer } from './api-error.ts';
import type { Question } from './define-question.ts';
import { CHANGES } from './changes/index.ts';
import type { Change } from './define-change.ts';
import { LiveFeed } from './live-feed.ts';
import { QUESTIONS } from './routes/index.ts';
import { liveRoute, serveLive } from './serve-live.ts';
import { toldJson } from './told-json.ts';

/** The longest statement of SQL, and some. */
const MAX_BODY_BYTES = 64 * 1024;
const ERROR_RESPONSE = {
  description: 'What was wrong, and what to do.',
  content: { 'application/json': { schema: errorSchema } },
};

type Served<List extends readonly { readonly route: RouteConfig }[]> = {
  readonly [K in keyof List]: { readonly route: List[K]['route']; readonly handler: unknown };
};

/** All routes, for a typed client: `hc<AppType>(…)`. Errors are of one shape, and not in these types. */
export type AppType = ReturnType<typeof createApi>;

/**
 * The app: every route below `/api/v1`, and the document that describes them.
 *
 * @param makers Make answers elsewhere; here where there are none.
 */
export function createApi(context: ApiContext, makers?: AnswerMakers) {
  const desk = new AnswerDesk(context, makers);
  const feed = new LiveFeed(context, SYSTEM_TIMERS);
  const app = new OpenAPIHono({
    defaultHook: (result, c) => (result.success ? undefined : send(c, refused(result.error))),
  });
  app.onError((error, c) => send(c, error instanceof HTTPException ? ofHono(error) : toErrorAnswer(error)));
  app.use(compress());
  app.use(
    '/api/*',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => send(c, errorAnswer(413, 'TOO_LARGE', `The body is larger than ${MAX_BODY_BYTES / 1024} KiB.`)),
    }),
  );
  const questions = [...QUESTIONS].map((question: Question) => ({
    route: withErrors(question.route),
    handler: (c: Context) => serve(c, desk, question),
  }));
  const changes = [...CHANGES].map((change: Change) => ({
    route: withErrors(change.route),
    handler: (c: Context) => carryOut(c, desk, context, change),
  }));
  const api = app
    .basePath('/api/v1')
    .openapiRoutes(questions as unknown as Served<typeof QUESTIONS>)
    .openapiRoutes(changes as unknown as Served<typeof CHANGES>)
    .openapi(liveRoute, (c) => serveLive(c, feed));
  // On the app that is served: one with a base path inherits all but this.
  api.notFound((c) =>
    send(c, errorAnswer(404, 'NOT_FOUND', 'There is nothing here.', 'GET /openapi.json lists what there is.')),
  );
  app.get('/openapi.json', (c) => c.json(documentOf(api)));
  const page = new MetricsPage(context);
  app.get('/metrics', async (c) => {
    const { contentType, body } = await page.answer(c.req.header('accept'));
    return c.body(body, 200, { 'content-type': contentType, 'cache-control': 'no-store' });
  });
  return api;
}

function withErrors<Route extends { readonly responses: object }>(route: Route) {
  return { ...route, responses: { ...route.responses, default: ERROR_RESPONSE } };
}

/** Makes a change. Whoever made it sees it in the next answer. */
async function carryOut(c: Context, desk: AnswerDesk, context: ApiContext, { make }: Change): Promise<Response> {
  const asked = (c.req as unknown as { valid(part: 'json'): unknown }).valid('json');
  const made = await toldJson(() => make(context, asked as never));
  desk.forget();
  return c.body(made, 200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
}

/** Sends the answer of a question, or that it has not changed. */
async function serve(c: Context, desk: AnswerDesk, question: Question): Promise<Response> {
  // Checked by the schemas of its route, before.
  const valid = c.req as unknown as { valid(part: 'query' | 'param'): object };
  const answer = await desk.answer(question, { ...valid.valid('query'), ...valid.valid('param') });
  const headers = {
    etag: answer.etag,
    'cache-control': 'private, no-cache',
    age: String(Math.floor(desk.ageMillis(answer) / 1_000)),
  };
  if (c.req.header('if-none-match')?.replaceAll('W/', '') === answer.etag) return c.body(null, 304, headers);
  return c.body(answer.json, 200, {
    ...headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(answer.json)),
  });
}

function send(c: Context, { status, body }: ErrorAnswer): Response {
  return c.json(body, status as ContentfulStatusCode, { 'cache-control': 'no-store' });
}

/** Names what was wrong, and never quotes it. */
function refused(error: z.ZodError): ErrorAnswer {
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'the request'}: ${message}`);
  return errorAnswer(
    400,
    'BAD_REQUEST',
    `The request is not understood: ${problems.join('; ')}.`,
    'See /openapi.json for what is.',
  );
}

function ofHono({ status }: HTTPException): ErrorAnswer {
  if (status === 415) return errorAnswer(415, 'WRONG_TYPE', 'The body is not of the content type application/json.');
  return errorAnswer(status, 'BAD_REQUEST', 'The request is not understood.');
}

function documentOf(api: AppType): ReturnType<AppType['getOpenAPI31Document']> {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Amicus Metrics',
      version: packageVersion(),
      description:
        'What a cluster of coding agents does, costs and waits for. Moments are microseconds since the Unix epoch, unless a name says otherwise.',
      license: { name: 'MIT' },
    },
  });
}
