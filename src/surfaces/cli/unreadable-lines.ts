import type { UnreadableSpan } from '../../query/question.ts';
import type { CommandContext } from './context.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import { formatCount } from './terminal/units.ts';

/** More are not told one by one. */
const MAX_LINES = 5;

/** Sentences for the spans of events that an answer lacks: of which metric, and from when to when. */
export function unreadableLines({ timeZone }: CommandContext, spans: readonly UnreadableSpan[]): string[] {
  const moments = momentFormat(timeZone);
  const at = (seconds: number): string => moments.dateTime(seconds * 1e6);
  const lines = spans
    .slice(0, MAX_LINES)
    .map(
      ({ metric, from, to }) =>
        `Some events of ${printable(metric)} from ${at(from)} to ${at(to)} cannot be read, because the file was damaged.`,
    );
  const more = spans.length - lines.length;
  const rest = more > 0 ? ` So it is for ${formatCount(more)} spans more.` : '';
  return [...lines, `What is shown lacks them.${rest} See \`amicus-metrics doctor\`.`];
}
