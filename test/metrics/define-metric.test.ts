import { describe, expect, it } from 'vitest';
import { defineMetric } from '../../src/metrics/define-metric.ts';
import { ConfigError } from '../../src/model/errors.ts';
import { count, measure, name, oneOf } from '../../src/model/field.ts';

const plain = { category: 'custom', doc: 'A build ended.', fields: {} } as const;

function refusal(declaration: Record<string, unknown>): ConfigError {
  try {
    defineMetric({ name: 'build.finished', ...plain, ...declaration });
  } catch (cause) {
    if (cause instanceof ConfigError) return cause;
  }
  throw new Error('it was taken');
}

describe('a declared metric', () => {
  it('has its fields, and the node that every event may tell', () => {
    const metric = defineMetric({ ...plain, name: 'build.finished', fields: { size_bytes: count('Size.') } });
    expect(Object.keys(metric.fields)).toEqual(['node_id', 'size_bytes']);
  });

  it('may say itself what its node is', () => {
    const fields = { node_id: name('The builder.') };
    expect(defineMetric({ ...plain, name: 'build.finished', fields }).fields.node_id.doc).toBe('The builder.');
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { name: 'finished' },
      'The metric "finished" needs a name of lower-case words joined by dots, such as "build.finished".',
    ],
    [{ name: 'Build.Finished' }, 'needs a name of lower-case words'],
    [{ name: 'a.b.c.d.e' }, 'needs a name of lower-case words'],
    [{ name: `${'x'.repeat(32)}.y` }, 'needs a name of lower-case words'],
    [{ category: 'building' }, 'has the category "building"; one of cluster, node,'],
    [{ fields: { Size: count('x') } }, 'has a field "Size"; lower-case words joined by "_" are needed.'],
    [{ fields: { timestamp: count('x') } }, 'has a field "timestamp", a name that every event uses itself.'],
    [{ fields: { duration: measure('ms', 'x') } }, `measures "duration" in ms, so the field's name must end in "_ms".`],
    [{ fields: { colour: oneOf([], 'x') } }, 'gives "colour" no words to choose from.'],
    [{ fields: { size: { ...count('x'), min: 5, max: 4 } } }, 'gives "size" no possible value.'],
    [
      { fields: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, count('x')])) },
      'has more than 30 fields.',
    ],
  ])('is refused when it breaks a rule: %j', (declaration, sentence) => {
    const error = refusal(declaration);
    expect(error.code).toBe('BAD_METRIC');
    expect(error.message).toContain(sentence);
  });
});
