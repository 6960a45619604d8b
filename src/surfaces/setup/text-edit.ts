/** A piece of a text and what stands in its place. */
export type TextEdit = { readonly offset: number; readonly length: number; readonly text: string };

/** Lines of a text that change, and what they become. */
export type ChangedLines = {
  /** Counted from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
};

const inOrder = (edits: readonly TextEdit[]): TextEdit[] => [...edits].sort((a, b) => a.offset - b.offset);

/** The text after edits that do not overlap. Everything between them stays byte for byte. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of inOrder(edits)) {
    result += text.slice(at, edit.offset) + edit.text;
    at = edit.offset + edit.length;
  }
  return result + text.slice(at);
}

/** What edits do to whole lines, as a difference shows it: changes that touch one line are one. */
export function changedLines(text: string, edits: readonly TextEdit[]): readonly ChangedLines[] {
  const groups: { from: number; to: number; readonly edits: TextEdit[] }[] = [];
  for (const edit of inOrder(edits)) {
    const from = text.lastIndexOf('\n', edit.offset - 1) + 1;
    const newline = text.indexOf('\n', edit.offset + edit.length);
    const to = newline < 0 ? text.length : newline;
    const last = groups.at(-1);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, to);
      last.edits.push(edit);
    } else groups.push({ from, to, edits: [edit] });
  }
  return groups.map(({ from, to, edits: inGroup }) => {
    const before = text.slice(from, to);
    const after = withEdits(
      before,
      inGroup.map((edit) => ({ ...edit, offset: edit.offset - from })),
    );
    return { line: text.slice(0, from).split('\n').length, removed: before.split('\n'), added: after.split('\n') };
  });
}
