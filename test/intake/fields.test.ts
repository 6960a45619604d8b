import { describe, expect, it } from 'vitest';
import type { EventData } from '../../src/model/event.ts';
import { EVERY_KIND, openRecorder } from '../support/recording.ts';

/** Record one event; what is kept of it, in stored steps, and what was counted. */
function keep(data: EventData) {
  const { intake, spooled } = openRecorder();
  const taken = intake.record(EVERY_KIND.name, data);
  intake.write();
  return { taken, data: spooled()[0]?.data, dropped: intake.totals().dropped };
}

describe('a field is kept by its kind', () => {
  it.each<[string, EventData, unknown]>([
    ['an id', { an_id: 'task-1' }, 'task-1'],
    ['a name of 128 characters', { a_name: 'é'.repeat(128) }, 'é'.repeat(128)],
    ['a word of its list', { a_word: 'green' }, 'green'],
    ['true', { a_flag: true }, 1],
    ['false', { a_flag: false }, 0],
    ['a count of 0', { a_count: 0 }, 0],
    ['minus zero as 0', { a_count: -0 }, 0],
    ['the largest whole number', { a_count: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
    ['the smallest whole number', { a_delta: Number.MIN_SAFE_INTEGER }, Number.MIN_SAFE_INTEGER],
    ['a measure, in steps of a microsecond', { a_measure_ms: 1.2345 }, 1_235],
    ['a measure too small to be seen', { a_measure_ms: 1e-9 }, 0],
    ['the longest measure', { a_measure_ms: 1e12 }, 1e15],
    ['names of 256 characters', { some_names: ['a.ts', 'x'.repeat(256)] }, ['a.ts', 'x'.repeat(256)]],
    ['an empty list, which is not an absent one', { some_names: [] }, []],
    ['a list that is frozen', { some_names: Object.freeze(['a']) }, ['a']],
  ])('keeps %s', (_what, given, kept) => {
    const { taken, data, dropped } = keep(given);
    expect({ taken, dropped }).toEqual({ taken: true, dropped: {} });
    expect(Object.values(data ?? {})).toEqual([kept]);
    expect(Object.is(Object.values(data ?? {})[0], -0)).toBe(false);
  });

  it.each<[string, EventData]>([
    ['undefined', { a_count: undefined }],
    ['null', { a_count: null } as never],
  ])('takes %s for absent, and counts nothing', (_what, given) => {
    expect(keep(given)).toEqual({ taken: true, data: {}, dropped: {} });
  });

  const wrong: Record<string, [string, Record<string, unknown>][]> = {
    unknown_field: [
      ['a field that is not declared', { prompt: 'secret words' }],
      ['a key that leads to a prototype', JSON.parse('{"__proto__": 1}') as Record<string, unknown>],
      ['a key that every object answers to', { constructor: 1 }],
    ],
    wrong_type: [
      ['a number for an id', { an_id: 7 }],
      ['a text for a count', { a_count: '7' }],
      ['a number for a flag', { a_flag: 1 }],
      ['a flag for a count', { a_count: true }],
      ['a broken count', { a_count: 1.5 }],
      ['a big integer', { a_count: 7n }],
      ['a symbol', { a_name: Symbol('x') }],
      ['a function', { a_name: () => 'x' }],
      ['a date', { a_measure_ms: new Date() }],
      ['a boxed number', { a_count: Object(7) }],
      ['an object for a name', { a_name: { toString: () => 'x' } }],
      ['a text for a list', { some_names: 'a.ts' }],
      ['a list for a name', { a_name: ['a'] }],
      ['an empty name', { a_name: '' }],
      ['a number in a list', { some_names: [7] }],
    ],
    out_of_range: [
      ['a negative count', { a_count: -1 }],
      ['NaN', { a_measure_ms: NaN }],
      ['infinity', { a_measure_ms: Infinity }],
      ['a count that JavaScript cannot keep', { a_count: 2 ** 53 }],
      ['a negative measure', { a_measure_ms: -0.001 }],
      ['a measure of more than 31 years', { a_measure_ms: 1.001e12 }],
    ],
    not_in_list: [['a word that the list does not have', { a_word: 'blue' }]],
    too_long: [
      ['an id of 129 characters', { an_id: 'x'.repeat(129) }],
      ['a listed name of 257 characters', { some_names: ['x'.repeat(257)] }],
    ],
    control_character: [
      ['a terminal escape', { a_name: '\u001b]0;title\u0007' }],
      ['a line break in a list', { some_names: ['a\nb'] }],
    ],
    looks_secret: [['a credential', { a_name: ['gh', 'p_', 'Fake0x'.repeat(6)].join('') }]],
  };
  for (const [reason, cases] of Object.entries(wrong)) {
    it.each(cases)(`counts %s as ${reason}, and keeps the rest of the event`, (_what, given) => {
      const { taken, data, dropped } = keep({ node_id: 'Node-1', ...(given as EventData), a_delta: -3 });
      expect(taken).toBe(true);
      expect(dropped).toEqual({ [reason]: 1 });
      expect(data).toMatchObject({ node_id: 'Node-1', a_delta: -3 });
    });
  }

  it('cuts a list behind 256 names and says so once', () => {
    const given = Array.from({ length: 10_000 }, (_, index) => `file-${index}`);
    const { data, dropped } = keep({ some_names: given });
    expect(data?.['some_names']).toEqual(given.slice(0, 256));
    expect(dropped).toEqual({ too_long: 1 });
  });

  it('leaves single entries out of a list, and counts each', () => {
    const { data, dropped } = keep({ some_names: ['a', '\0', 'b', 'x'.repeat(257), 7 as never, 'c'] });
    expect(data?.['some_names']).toEqual(['a', 'b', 'c']);
    expect(dropped).toEqual({ control_character: 1, too_long: 1, wrong_type: 1 });
  });

  it('keeps one name as an id and as an entry of a list', () => {
    const { data } = keep({ an_id: 'a', a_name: 'a', some_names: ['a', 'a'] });
    expect(data).toEqual({ an_id: 'a', a_name: 'a', some_names: ['a', 'a'] });
  });
});
