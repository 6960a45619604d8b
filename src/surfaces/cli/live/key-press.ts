import type { Key } from 'ink';

/** Keys that do something by themselves. */
type KeyName =
  | 'up'
  | 'down'
  | 'page_up'
  | 'page_down'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'back_tab'
  | 'backspace'
  | 'interrupt';

/** What a person pressed: a key with a name, or text, of several characters where it was pasted. */
export type KeyPress = { readonly name: KeyName } | { readonly text: string };

/** A key as the terminal told it; nothing for keys that mean nothing here. */
export function toKeyPress(input: string, key: Key): KeyPress | undefined {
  if (key.ctrl) return input === 'c' ? { name: 'interrupt' } : undefined;
  if (key.tab) return { name: key.shift ? 'back_tab' : 'tab' };
  const names: readonly (readonly [boolean, KeyName])[] = [
    [key.upArrow, 'up'],
    [key.downArrow, 'down'],
    [key.pageUp, 'page_up'],
    [key.pageDown, 'page_down'],
    [key.home, 'home'],
    [key.end, 'end'],
    [key.return, 'enter'],
    [key.escape, 'escape'],
    // Most terminals send DEL for the key above Enter.
    [key.backspace || key.delete, 'backspace'],
  ];
  const named = names.find(([isPressed]) => isPressed);
  if (named !== undefined) return { name: named[1] };
  return input === '' || key.meta ? undefined : { text: input };
}
