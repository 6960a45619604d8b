import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import type { EventData } from '../../src/model/event.ts';
import { EVERY_KIND, imbalances, openRecorder } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const throwing = (): never => {
  throw new Error('of the host');
};
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const cyclic = (): object => {
  const object: Record<string, unknown> = { a_count: 1 };
  object['a_name'] = object;
  return object;
};

describe('whatever is recorded, nothing reaches the host', () => {
  it.each<[string, () => unknown]>([
    [
      'a getter that throws',
      () => ({
        a_count: 1,
        get a_name() {
          return throwing();
        },
      }),
    ],
    [
      'a proxy that throws on every touch',
      () => new Proxy({}, { ownKeys: throwing, get: throwing, has: throwing, getPrototypeOf: throwing }),
    ],
    ['a revoked proxy', revoked],
    ['a revoked proxy in a field', () => ({ some_names: revoked() })],
    ['an object that refers to itself', cyclic],
    [
      'a class instance',
      () =>
        new (class Sample {
          a_count = 1;
        })(),
    ],
    ['an object without a prototype', () => Object.assign(Object.create(null), { a_count: 1 })],
    ['a frozen object', () => Object.freeze({ a_count: 1 })],
    ['a list whose entries throw', () => ({ some_names: Object.defineProperty(['a'], 0, { get: throwing }) })],
    [
      'a sparse list of four billion',
      () => {
        const list: string[] = [];
        list.length = 2 ** 32 - 1;
        return { some_names: list };
      },
    ],
    ['a million unknown keys', () => Object.fromEntries(Array.from({ length: 1e5 }, (_, n) => [`k${n}`, n]))],
    ['a text of ten million characters', () => ({ a_name: 'x'.repeat(1e7) })],
  ])('takes %s', (_what, make) => {
    const { intake, spooled } = openRecorder();
    expect(() => intake.record(EVERY_KIND.name, make() as EventData)).not.toThrow();
    expect(intake.record(EVERY_KIND.name, { a_count: 2 })).toBe(true);
    intake.write();
    expect(spooled().at(-1)?.data).toEqual({ a_count: 2 });
    const { recorded, accepted } = intake.totals();
    expect(recorded).toBe(2);
    expect(spooled()).toHaveLength(accepted);
  });

  it('keeps the fields of a class instance and of an object without a prototype', () => {
    const { intake, spooled } = openRecorder();
    intake.record(
      EVERY_KIND.name,
      new (class Sample {
        a_count = 1;
      })() as never,
    );
    intake.record(EVERY_KIND.name, Object.assign(Object.create(null), { a_count: 2 }));
    intake.write();
    expect(spooled().map(({ data }) => data)).toEqual([{ a_count: 1 }, { a_count: 2 }]);
  });

  it('keeps events whole that are recorded while another one is being read', () => {
    const { intake, spooled } = openRecorder();
    const inner = (n: number): EventData => ({ a_count: n, a_name: `inner-${n}`, some_names: ['x', `y${n}`] });
    const outer = {
      a_delta: -1,
      get a_count() {
        intake.record(EVERY_KIND.name, inner(1));
        intake.record(EVERY_KIND.name, {
          get a_name() {
            intake.record(EVERY_KIND.name, inner(2));
            return 'middle';
          },
        });
        intake.write();
        return 7;
      },
      a_name: 'outer',
    };
    expect(intake.record(EVERY_KIND.name, outer)).toBe(true);
    intake.write();
    expect(intake.totals()).toMatchObject({ accepted: 4, dropped: {} });
    const byName = new Map(spooled().map(({ data }) => [data['a_name'], data]));
    expect(byName.get('outer')).toEqual({ a_delta: -1, a_count: 7, a_name: 'outer' });
    expect(byName.get('middle')).toEqual({ a_name: 'middle' });
    expect(byName.get('inner-1')).toEqual(inner(1));
    expect(byName.get('inner-2')).toEqual(inner(2));
  });

  it('keeps the inner event and drops the outer one when the getter records and then throws', () => {
    const { intake, spooled } = openRecorder();
    intake.record(EVERY_KIND.name, {
      a_count: 1,
      get a_name(): string {
        intake.record(EVERY_KIND.name, { a_count: 2 });
        return throwing();
      },
    });
    intake.write();
    expect(spooled().map(({ data }) => data)).toEqual([{ a_count: 2 }]);
    expect(intake.totals()).toMatchObject({ recorded: 2, accepted: 1, dropped: { not_an_object: 1 } });
  });

  it('closes only when the event that is being read is whole', async () => {
    const { intake, spooled } = openRecorder();
    let closing: Promise<void> | undefined;
    intake.record(EVERY_KIND.name, {
      get a_count() {
        closing = intake.close();
        return 5;
      },
    });
    await closing;
    expect(spooled().map(({ data }) => data)).toEqual([{ a_count: 5 }]);
  });

  it('takes arguments of every kind in every place, and every call is accounted for', async () => {
    const metrics = openMetrics({ directory: temporaryFolder(), metrics: [EVERY_KIND] });
    // As functions: the generator itself would touch them.
    const hostile = [
      revoked,
      cyclic,
      () => new Proxy({}, { get: throwing, ownKeys: throwing }),
      () => Symbol('s'),
      () => throwing,
      () => 1n,
    ];
    const anything: fc.Arbitrary<() => unknown> = fc.oneof(
      fc
        .anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true })
        .map((value) => () => value),
      fc.constantFrom(...hostile),
      fc
        .constantFrom('test.every_kind', 'task.completed', '__proto__', 'constructor', 'toString')
        .map((name) => () => name),
    );
    const keys = fc.constantFrom(...Object.keys(EVERY_KIND.fields), '__proto__', 'hasOwnProperty', 'x');
    const data = fc.oneof(
      anything,
      fc
        .array(fc.tuple(keys, anything), { maxLength: 6 })
        .map((pairs) => () => Object.fromEntries(pairs.map(([key, make]) => [key, make()]))),
    );
    let calls = 0;
    const record = metrics.record.bind(metrics) as (...args: unknown[]) => boolean;
    const emit = metrics.emit.bind(metrics) as (...args: unknown[]) => boolean;
    fc.assert(
      fc.property(anything, data, anything, (metric, given, options) => {
        const answers = [
          record(metric(), given()),
          record(EVERY_KIND, given(), options()),
          emit(given()),
          emit({ metric: 'test.every_kind', data: given(), atMicros: options(), cluster: metric(), source: options() }),
        ];
        calls += answers.length;
        expect(answers.every((answer) => typeof answer === 'boolean')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(metrics.health().recorded).toBe(calls);
    const ledger = await metrics.ledger();
    expect(ledger.map(({ recorded }) => recorded)).toEqual([calls]);
    expect(imbalances(ledger)).toEqual([0]);
    await metrics.close();
  });
});
