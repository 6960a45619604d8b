import type { z } from '@hono/zod-openapi';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import type { QUESTIONS } from '../../api/routes/index.ts';
import type { Lacking } from '../../api/schemas/lacking.ts';
import { ApiError } from '../parts/api-error.ts';

/** Every question that the API answers, by its path: parameters and answers are those of the API's own schemas. */
type Asked = (typeof QUESTIONS)[number]['route'];
export type QuestionPath = Asked['path'];
type RouteOf<Path extends QuestionPath> = Extract<Asked, { readonly path: Path }>;
export type QueryOf<Path extends QuestionPath> = z.input<RouteOf<Path>['request']['query']>;
/** What varies in the path; of most questions nothing does. */
type ParamsOf<Path extends QuestionPath> = RouteOf<Path>['request'] extends {
  readonly params: infer Params extends z.ZodType;
}
  ? z.input<Params>
  : Readonly<Record<string, never>>;
export type AnswerOf<Path extends QuestionPath> = z.output<
  RouteOf<Path>['responses'][200]['content']['application/json']['schema']
>;

const BASE = '/api/v1';

/** The address of a question: names of the path filled in, absent parameters left out. */
export function addressOf(
  path: string,
  query: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, string | number>> = {},
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')));
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return `${BASE}${filled}${text === '' ? '' : `?${text}`}`;
}

/** Asks the API. @throws ApiError with what the API says is wrong, or that it cannot be reached. */
export async function fetchJson(address: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch {
    throw new ApiError('UNREACHABLE', 'The program behind this page does not answer.');
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const { error, unreadable } = (body ?? {}) as Lacking & {
    error?: { code?: string; message?: string; hint?: string };
  };
  const message = error?.message ?? `The answer was ${response.status}.`;
  throw new ApiError(error?.code ?? 'FAILED', message, error?.hint, unreadable);
}

/** The same question about another time: its figures may stay until the new ones are there; those of others mislead. */
const isSameButTime = (before: unknown, address: string): boolean =>
  withoutTime(String(before)) === withoutTime(address);
const withoutTime = (address: string): string => address.replaceAll(/(?<=[?&])(?:since|until)=[^&]*&?/g, '');

/** An answer of the API, kept while it is asked again; asked anew when something happened (see `useLive`). */
export function useAnswer<Path extends QuestionPath>(
  path: Path,
  query: QueryOf<Path>,
  settings: { readonly params?: ParamsOf<Path>; readonly enabled?: boolean } = {},
): UseQueryResult<AnswerOf<Path>> {
  const address = addressOf(path, query, settings.params ?? {});
  return useQuery({
    queryKey: [address],
    // The API's own tests hold that its answers are as its schemas say.
    queryFn: async ({ signal }) => (await fetchJson(address, { signal })) as AnswerOf<Path>,
    enabled: settings.enabled ?? true,
    placeholderData: (old, asked) => (isSameButTime(asked?.queryKey[0], address) ? old : undefined),
  });
}

/** Changes something through the API. @throws ApiError */
export async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return fetchJson(`${BASE}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}
