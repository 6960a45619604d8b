import type { NodeState, TaskState } from '../../../analysis/clock/cluster-clock.ts';

/** A state of the clock, of a task or of a node. */
export type ClockState = TaskState | NodeState;

type Scheme = 'light' | 'dark';

/**
 * One colour for each state, the same on every page: blue and green for work, greys for nothing, warm ones for what
 * stands in the way. Neighbours in a bar differ in lightness as well.
 */
const COLOURS: Readonly<Record<ClockState, Readonly<Record<Scheme, string>>>> = {
  working: { light: '#0b7285', dark: '#3bc9db' },
  testing: { light: '#1864ab', dark: '#74c0fc' },
  in_review: { light: '#5f3dc4', dark: '#b197fc' },
  queued: { light: '#868e96', dark: '#909296' },
  idle: { light: '#ced4da', dark: '#5c5f66' },
  waiting: { light: '#f08c00', dark: '#ffd43b' },
  human_wait: { light: '#f08c00', dark: '#ffd43b' },
  blocked: { light: '#d9480f', dark: '#ffa94d' },
  lock_wait: { light: '#c2255c', dark: '#f783ac' },
  abandoned: { light: '#862e9c', dark: '#e599f7' },
  dead: { light: '#862e9c', dark: '#e599f7' },
  unattributed: { light: '#ffc9c9', dark: '#7d4a4a' },
};

/** The colour of a state where the page is light or dark. */
export function stateColour(state: ClockState, scheme: Scheme): string {
  return COLOURS[state][scheme];
}
