/** What a task's text says besides the task: nodes of the older convention claim by writing a marker into it. */
export type TaskText = {
  /** The text without list mark, markers and priority suffix, in one normal form: equal tasks give equal texts. */
  readonly text: string;
  /** What a marker says; undefined without one. */
  readonly condition: 'pending' | 'in_progress' | 'completed' | 'failed' | 'blocked' | undefined;
  /** Whom the marker names. */
  readonly nodeId: string | undefined;
  readonly priority: string | undefined;
};

/** `[IN PROGRESS by Node-X]`, `[done]`, `[ ]`, `[x]`. Bounded, so that a hostile text costs no more than its length. */
const BRACKETS = /\[([^[\]\n]{0,160})\]/g;
const LIST_MARK = /^(?:[-*•]|\d{1,4}[.)]) /u;
const PRIORITY_SUFFIX = /\(priority: (\w{1,16})\)$/i;

const MARKERS: readonly (readonly [RegExp, NonNullable<TaskText['condition']>])[] = [
  [/^(?:in[\s_-]?progress|wip|claimed|doing)(?:$|[\s:]+(?:by\s+)?(.*)$)/i, 'in_progress'],
  [/^(?:done|completed?|finished|x)(?:$|[\s:]+(?:by\s+)?(.*)$)/i, 'completed'],
  [/^failed(?:$|[\s:]+(?:by\s+)?(.*)$)/i, 'failed'],
  [/^blocked(?:$|[\s:]+(?:by\s+)?(.*)$)/i, 'blocked'],
  [/^(?:pending|todo|)$/i, 'pending'],
];

/** Takes a task's text apart. The last marker wins where there are several. */
export function readTaskText(written: string): TaskText {
  let condition: TaskText['condition'];
  let nodeId: string | undefined;
  // First of all one form for spaces: the patterns below would take time by the square of a long run of them.
  const line = normalTaskText(written);
  const priority = PRIORITY_SUFFIX.exec(line)?.[1]?.toLowerCase();
  const bare = line
    .replace(LIST_MARK, '')
    .replace(PRIORITY_SUFFIX, '')
    .replaceAll(BRACKETS, (whole: string, inside: string) => {
      for (const [pattern, meaning] of MARKERS) {
        const found = pattern.exec(inside.trim());
        if (found === null) continue;
        condition = meaning;
        nodeId = found[1]?.split(' ', 1)[0] || nodeId;
        return ' ';
      }
      return whole;
    });
  return { text: normalTaskText(bare), condition, nodeId, priority };
}

/** One form for texts that differ only in spaces or in how their letters are composed. */
function normalTaskText(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}
