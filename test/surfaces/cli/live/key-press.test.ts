import { describe, expect, it } from 'vitest';
import type { Key } from 'ink';

import { toKeyPress } from '../../../../src/surfaces/cli/live/key-press.ts';

const NONE: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe('toKeyPress', () => {
  it.each([
    ['c', { ctrl: true }, { name: 'interrupt' }],
    ['', { tab: true }, { name: 'tab' }],
    ['', { tab: true, shift: true }, { name: 'back_tab' }],
    ['', { pageDown: true }, { name: 'page_down' }],
    ['\r', { return: true }, { name: 'enter' }],
    ['', { delete: true }, { name: 'backspace' }],
    ['a', {}, { text: 'a' }],
    ['pasted text', {}, { text: 'pasted text' }],
  ])('%j with %j is %j', (input, key, pressed) => {
    expect(toKeyPress(input, { ...NONE, ...key })).toEqual(pressed);
  });

  it('knows nothing of other keys', () => {
    expect(toKeyPress('', { ...NONE, leftArrow: true })).toBeUndefined();
    expect(toKeyPress('x', { ...NONE, ctrl: true })).toBeUndefined();
    expect(toKeyPress('x', { ...NONE, meta: true })).toBeUndefined();
  });
});
