import type { SourceNotice } from '../../../sources/source.ts';

/** What notices of sources mean to somebody who follows a cluster; a code that is not here is said as it is. */
const WORDS: Readonly<Record<string, string>> = {
  state_empty: 'state.json is empty',
  state_not_json: 'state.json is not JSON at the moment',
  state_not_an_object: 'state.json holds something else than an object',
  state_not_a_file: 'state.json is no regular file and is not read',
  state_refused: 'state.json may not be read by this user',
  state_too_large: 'state.json is too large and is not read',
  baseline_unwritable: 'how far was read cannot be saved: after a restart some changes may be missed',
  watch_failed: 'changes cannot be watched here: the folder is looked at every few seconds instead',
  otlp_state_unreadable:
    'how far counters of agents were read cannot be understood: what they told before may count again',
  otlp_state_unwritable: 'how far counters of agents were read cannot be saved: after a restart some may count again',
  otlp_unknown_event: 'agents sent events of names that are not known here',
  history_marks_unwritable: 'how far histories were read cannot be saved: after a restart they are read again',
  history_lines_damaged: 'damaged lines in the history of an agent were passed over',
  history_lines_of_unknown_types: 'the history of an agent has lines of types that nobody knows yet',
  git_claim_not_heard: 'a task ended whose claim was not seen: what it changed is not told',
  git_unreadable: 'what a task changed could not be read from git, or not in five seconds',
  git_files_unnamed: 'changed files are counted and not named: too many, or names with control characters',
  git_complexity_unknown:
    'a change is told without its complexity: over 200 files, one above 512 KiB, or one that could not be parsed',
  git_busy: 'more tasks began and ended than git can be asked about',
  native_unreadable: "Amicus's own metrics.db cannot be read",
};

/** Before a cluster writes, and between two writes, there may be no file: no news. */
const NO_NEWS = new Set(['state_missing', 'native_told_by_state', 'native_other_tables']);
/** Of interest to who asks, and no warning. */
const NO_WARNING = new Set(['otlp_unknown_event']);

/** Whether a notice is worth being listed. */
export function isNews(code: string): boolean {
  return !NO_NEWS.has(code);
}

/**
 * A sentence about a notice, or nothing.
 *
 * Sources repeat a notice each time its count doubles; only its first time is news.
 */
export function noticeText({ code, count }: SourceNotice): string | undefined {
  if (count > 1 || NO_NEWS.has(code) || NO_WARNING.has(code)) return undefined;
  return noticeWords(code);
}

/** A notice in words. */
export function noticeWords(code: string): string {
  return WORDS[code] ?? code.replaceAll('_', ' ');
}
