import { describe, expect, it } from 'vitest';

import type { FieldReport, StateDescription } from '../../../src/sources/amicus-state/describe-state.ts';
import { stateFindings } from '../../../src/surfaces/cli/state-findings.ts';

const field = (name: string, recognised: boolean, place: FieldReport['place'] = 'state'): FieldReport => ({
  place,
  field: name,
  recognised,
  count: 1,
});

const described = (fields: readonly FieldReport[]): StateDescription => ({
  readable: true,
  sizeBytes: 1_200,
  nodes: 2,
  tasks: 3,
  messages: 0,
  steps: 'objects_without_ids',
  fields,
});

const texts = (description: StateDescription, verbose = false): string[] =>
  stateFindings(description, verbose).map(({ text }) => text);

describe('stateFindings', () => {
  it('says what is understood and what is not', () => {
    expect(
      texts(described([field('summary', true), field('status', true, 'node'), field('mood', false, 'node')])),
    ).toEqual([
      'state.json is readable: 1.2 kB, 2 nodes, 3 tasks, 0 messages, tasks without ids (theirs are derived from text and time of creation).',
      'Understood: summary, node.status.',
      'Not understood: node.mood.',
    ]);
  });

  it('names the first few of many strange fields, and all of them when asked', () => {
    const strange = Array.from({ length: 7 }, (_, i) => field(`f${i}`, false));
    expect(texts(described(strange)).at(-1)).toBe(
      'Not understood: f0, f1, f2, f3, f4 and 2 more (--verbose names them).',
    );
    expect(texts(described(strange), true).at(-1)).toBe('Not understood: f0, f1, f2, f3, f4, f5, f6.');
  });

  it('says why a file cannot be read, and takes a missing one for no fault', () => {
    expect(stateFindings({ readable: false, why: 'state_missing' }, false)).toEqual([
      { text: 'There is no state.json here: `up` waits until there is one.', tone: undefined },
    ]);
    expect(stateFindings({ readable: false, why: 'state_not_json' }, false)).toEqual([
      { text: 'state.json cannot be read now: state not json.', tone: 'warning' },
    ]);
  });
});
