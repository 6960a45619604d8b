import { describe, expect, it } from 'vitest';

import type { KeyPress } from '../../../../src/surfaces/cli/live/key-press.ts';
import { FIRST_TOP_STATE, pressed, type TopState } from '../../../../src/surfaces/cli/live/top-state.ts';

const PAGE = { rows: 50, room: 10, orders: 3 };
const keyOf = (word: string): KeyPress =>
  /^<.*>$/.test(word) ? ({ name: word.slice(1, -1) } as KeyPress) : { text: word };

/** What keys make of the beginning, one after the other: names in angle brackets, else text. */
function after(...words: readonly string[]): TopState | undefined {
  let state: TopState | undefined = FIRST_TOP_STATE;
  for (const word of words) state = state === undefined ? undefined : pressed(state, keyOf(word), PAGE);
  return state;
}

describe('the keys of top', () => {
  it.each([
    [['<tab>'], 'tasks'],
    [['<tab>', '<tab>', '<tab>', '<tab>'], 'nodes'],
    [['<back_tab>'], 'events'],
    [['3'], 'insights'],
    [['4', '1'], 'nodes'],
    [['9'], 'nodes'],
  ])('%j show the list %s', (words, pane) => {
    expect(after(...words)?.pane).toBe(pane);
  });

  it.each([
    [['<down>', '<down>', '<up>'], 1],
    [['<up>'], 0],
    [['j', 'j', 'k'], 1],
    [['<page_down>', '<page_down>'], 20],
    [['<end>'], 40],
    [['<end>', '<page_down>'], 40],
    [['<end>', '<page_up>'], 30],
    [['<end>', '<home>'], 0],
  ])('%j scroll to row %i, and not beyond the rows there are', (words, offset) => {
    expect(after(...words)?.views.nodes.offset).toBe(offset);
  });

  it('s goes through the orders of the list and begins at its top again', () => {
    expect(after('<down>', 's')?.views.nodes).toMatchObject({ order: 1, offset: 0 });
    expect(after('s', 's', 's')?.views.nodes.order).toBe(0);
  });

  it('/ takes letters as a filter, keys that mean something else among them', () => {
    expect(after('/', 'q', 's', '?', '1')).toMatchObject({ isTyping: true, views: { nodes: { filter: 'qs?1' } } });
    expect(after('/', 'Node', '<backspace>', '<enter>')).toMatchObject({
      isTyping: false,
      views: { nodes: { filter: 'Nod' } },
    });
    expect(after('/', 'x', '<escape>')).toMatchObject({ isTyping: false, views: { nodes: { filter: '' } } });
    expect(after('/', 'x', '<enter>', '<escape>')?.views.nodes.filter).toBe('');
    expect(after('/', '😀', '<backspace>')?.views.nodes.filter).toBe('');
    expect(after('/', 'x'.repeat(500))?.views.nodes.filter).toHaveLength(60);
  });

  it('each list keeps its own order, place and filter', () => {
    expect(after('s', '2', '/', 'x', '<enter>', '1')?.views).toMatchObject({
      nodes: { order: 1, filter: '' },
      tasks: { order: 0, filter: 'x' },
    });
  });

  it('? shows help until the next key', () => {
    expect(after('?')?.isHelp).toBe(true);
    expect(after('?', '2')).toMatchObject({ isHelp: false, pane: 'nodes' });
  });

  it.each([[['q']], [['<interrupt>']], [['/', '<interrupt>']], [['?', 'q']], [['?', '<interrupt>']]])(
    '%j end it',
    (words) => {
      expect(after(...words)).toBeUndefined();
    },
  );
});
