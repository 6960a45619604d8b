import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../../src/surfaces/api/changes/index.ts';
import { QUESTIONS } from '../../../src/surfaces/api/routes/index.ts';
import { startApi } from '../../support/running-api.ts';

type Json = { readonly [key: string]: Json } & readonly Json[] & string;

/** Every value below a key, anywhere. */
function everyValue(json: unknown, key: string): unknown[] {
  if (typeof json !== 'object' || json === null) return [];
  const own = Object.entries(json);
  return own.flatMap(([name, value]): unknown[] => (name === key ? [value] : everyValue(value, key)));
}

describe('the OpenAPI document', () => {
  it('lists every route with parameters, body, answer and error', async () => {
    const document = (await (await startApi()).ask('/openapi.json')) as Json;
    expect(document['openapi']).toBe('3.1.0');
    const paths = Object.keys(document['paths'] ?? {});
    const declared = [...QUESTIONS, ...CHANGES].map(({ route }) => `/api/v1${route.path}`);
    expect(paths.toSorted()).toEqual([...declared, '/api/v1/live'].sort());
    for (const { route } of QUESTIONS) {
      const told = document['paths']?.[`/api/v1${route.path}`]?.['get'];
      const names = (told?.['parameters'] ?? []).map((parameter) => String(parameter['name']));
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      expect([route.path, new Set(names)]).toEqual([
        route.path,
        new Set([...Object.keys(route.request.query.shape), ...inPath]),
      ]);
      expect(Object.keys(told?.['responses'] ?? {})).toEqual(['200', 'default']);
      expect(told?.['responses']?.['200']?.['content']?.['application/json']?.['schema']).toBeTruthy();
    }
    for (const { route } of CHANGES) {
      const told = document['paths']?.[`/api/v1${route.path}`]?.['post'];
      expect(told?.['requestBody']?.['content']?.['application/json']?.['schema']).toMatchObject({
        type: 'object',
        additionalProperties: false,
      });
    }
  });

  it('refers only to schemas that it has', async () => {
    const document = (await (await startApi()).ask('/openapi.json')) as Json;
    const schemas = document['components']?.['schemas'] ?? {};
    const references = everyValue(document, '$ref').map((reference) => String(reference));
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => !(reference.replace('#/components/schemas/', '') in schemas))).toEqual([]);
  });

  it('has a sentence for each route and operations of their own', async () => {
    const document = (await (await startApi()).ask('/openapi.json')) as Json;
    for (const [path, operations] of Object.entries(document['paths'] ?? {})) {
      for (const operation of Object.values(operations)) {
        expect([path, String(operation['description']).length > 20]).toEqual([path, true]);
        expect(operation['tags']).toHaveLength(1);
      }
    }
  });
});
