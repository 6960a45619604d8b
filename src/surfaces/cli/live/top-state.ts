import type { KeyPress } from './key-press.ts';

/** The lists of `top`, in the order of their digits. */
export const TOP_PANES = ['nodes', 'tasks', 'insights', 'events'] as const;
export type TopPane = (typeof TOP_PANES)[number];

/** What the person has set of one list; each keeps its own. */
export type PaneView = {
  /** Which of its orders. */
  readonly order: number;
  /** Rows above the first one that is shown. */
  readonly offset: number;
  /** Only rows that hold this text. */
  readonly filter: string;
};

/** What the person sees of `top`. */
export type TopState = {
  readonly pane: TopPane;
  readonly views: Readonly<Record<TopPane, PaneView>>;
  /** Keys are letters of the filter. */
  readonly isTyping: boolean;
  readonly isHelp: boolean;
};

const FIRST_VIEW: PaneView = { order: 0, offset: 0, filter: '' };

/** How `top` begins. */
export const FIRST_TOP_STATE: TopState = {
  pane: 'nodes',
  views: { nodes: FIRST_VIEW, tasks: FIRST_VIEW, insights: FIRST_VIEW, events: FIRST_VIEW },
  isTyping: false,
  isHelp: false,
};

/** What was last drawn of the list that is shown: what keys move in. */
export type DrawnPage = {
  /** Rows that there are. */
  readonly rows: number;
  /** Rows that fit. */
  readonly room: number;
  /** Orders of the list. */
  readonly orders: number;
};

const MAX_FILTER_LENGTH = 60;

/** What a key makes of what is seen; nothing when it ends `top`. */
export function pressed(state: TopState, key: KeyPress, page: DrawnPage): TopState | undefined {
  if ('name' in key && key.name === 'interrupt') return undefined;
  if (state.isTyping) return typed(state, key);
  // Any key leaves the help, and the one that opened it too.
  if (state.isHelp) return 'text' in key && key.text === 'q' ? undefined : { ...state, isHelp: false };
  if ('text' in key) return letter(state, key.text, page);
  switch (key.name) {
    case 'tab':
      return { ...state, pane: paneAt(TOP_PANES.indexOf(state.pane) + 1) };
    case 'back_tab':
      return { ...state, pane: paneAt(TOP_PANES.indexOf(state.pane) - 1) };
    case 'escape':
      return withView(state, { filter: '', offset: 0 });
    case 'up':
      return scrolled(state, -1, page);
    case 'down':
      return scrolled(state, 1, page);
    case 'page_up':
      return scrolled(state, -page.room, page);
    case 'page_down':
      return scrolled(state, page.room, page);
    case 'home':
      return scrolled(state, -page.rows, page);
    case 'end':
      return scrolled(state, page.rows, page);
    default:
      return state;
  }
}

const paneAt = (index: number): TopPane => TOP_PANES.at(index % TOP_PANES.length) ?? 'nodes';

function letter(state: TopState, text: string, page: DrawnPage): TopState | undefined {
  switch (text) {
    case 'q':
      return undefined;
    case '?':
    case 'h':
      return { ...state, isHelp: true };
    case '/':
      return { ...state, isTyping: true };
    case 's': {
      const next = (state.views[state.pane].order + 1) % Math.max(1, page.orders);
      return withView(state, { order: next, offset: 0 });
    }
    case 'k':
      return scrolled(state, -1, page);
    case 'j':
      return scrolled(state, 1, page);
    default: {
      const pane = TOP_PANES[Number(text) - 1];
      return pane === undefined ? state : { ...state, pane };
    }
  }
}

function typed(state: TopState, key: KeyPress): TopState {
  const { filter } = state.views[state.pane];
  if ('text' in key) return withView(state, { filter: (filter + key.text).slice(0, MAX_FILTER_LENGTH), offset: 0 });
  switch (key.name) {
    case 'enter':
      return { ...state, isTyping: false };
    case 'escape':
      return { ...withView(state, { filter: '', offset: 0 }), isTyping: false };
    case 'backspace':
      return withView(state, { filter: filter.replace(/.$/su, ''), offset: 0 });
    default:
      return state;
  }
}

function scrolled(state: TopState, by: number, { rows, room }: DrawnPage): TopState {
  const last = Math.max(0, rows - room);
  // Rows may have gone since; what is drawn begins no later than the last page.
  const offset = Math.min(state.views[state.pane].offset, last) + by;
  return withView(state, { offset: Math.max(0, Math.min(offset, last)) });
}

function withView(state: TopState, change: Partial<PaneView>): TopState {
  return { ...state, views: { ...state.views, [state.pane]: { ...state.views[state.pane], ...change } } };
}
