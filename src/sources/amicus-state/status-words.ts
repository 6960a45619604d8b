import type { TASK_OUTCOMES } from '../../metrics/task-completed.ts';
import type { NodeWord, TaskWord } from './cluster-model.ts';

const NODE_WORDS: Readonly<Record<string, NodeWord>> = {
  working: 'working',
  busy: 'working',
  active: 'working',
  in_progress: 'working',
  idle: 'idle',
  available: 'idle',
  ready: 'idle',
  waiting: 'waiting',
  blocked: 'waiting',
  paused: 'waiting',
  terminated: 'terminated',
  stopped: 'terminated',
  exited: 'terminated',
  offline: 'terminated',
  dead: 'terminated',
};

const TASK_WORDS: Readonly<Record<string, TaskWord>> = {
  pending: 'pending',
  todo: 'pending',
  open: 'pending',
  new: 'pending',
  queued: 'pending',
  ready: 'pending',
  blocked: 'blocked',
  on_hold: 'blocked',
  in_progress: 'in_progress',
  inprogress: 'in_progress',
  doing: 'in_progress',
  claimed: 'in_progress',
  active: 'in_progress',
  working: 'in_progress',
  running: 'in_progress',
  in_review: 'in_review',
  review: 'in_review',
  reviewing: 'in_review',
  under_review: 'in_review',
  code_review: 'in_review',
  needs_review: 'in_review',
  pending_review: 'in_review',
  awaiting_review: 'in_review',
  waiting_for_review: 'in_review',
  ready_for_review: 'in_review',
  human_wait: 'human_wait',
  needs_human: 'human_wait',
  awaiting_human: 'human_wait',
  waiting_for_human: 'human_wait',
  needs_input: 'human_wait',
  awaiting_input: 'human_wait',
  waiting_for_input: 'human_wait',
  ask_user: 'human_wait',
  needs_user: 'human_wait',
  waiting_for_user: 'human_wait',
  needs_approval: 'human_wait',
  awaiting_approval: 'human_wait',
  waiting_for_approval: 'human_wait',
  completed: 'completed',
  complete: 'completed',
  done: 'completed',
  finished: 'completed',
  closed: 'completed',
  failed: 'failed',
  failure: 'failed',
  error: 'failed',
  abandoned: 'abandoned',
  cancelled: 'abandoned',
  canceled: 'abandoned',
};

const OUTCOME_WORDS: Readonly<Record<string, (typeof TASK_OUTCOMES)[number]>> = {
  success: 'success',
  succeeded: 'success',
  successful: 'success',
  ok: 'success',
  passed: 'success',
  failure: 'failure',
  failed: 'failure',
  error: 'failure',
  partial: 'partial',
  partially_completed: 'partial',
  abandoned: 'abandoned',
  cancelled: 'abandoned',
  canceled: 'abandoned',
};

function lookUp<Word>(words: Readonly<Record<string, Word>>, word: string): Word | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** What a node's status means. A word that is not known means `other`. */
export function nodeWordOf(word: string): NodeWord {
  return lookUp(NODE_WORDS, word) ?? 'other';
}

/** What a task's status means. A word that is not known means `other`. */
export function taskWordOf(word: string): TaskWord {
  return lookUp(TASK_WORDS, word) ?? 'other';
}

/** How a task ended, where one word says so; free text says nothing that can be relied on. */
export function outcomeWordOf(word: string): (typeof TASK_OUTCOMES)[number] | undefined {
  return lookUp(OUTCOME_WORDS, word);
}
