import type { IncomingEvent } from '../../../model/event.ts';
import { printable } from '../terminal/printable.ts';
import type { Tone } from '../terminal/style.ts';
import { formatSeconds } from '../terminal/units.ts';

/** What is worth a line of its own, in words, and how it sounds. */
export type EventNote = { readonly text: string; readonly tone: Tone | undefined };

const OUTCOME_TONES: Readonly<Record<string, Tone>> = { success: 'good', failure: 'bad', abandoned: 'bad' };

/** A sentence about an event of note: nodes that come and go, tasks that are taken, given back and ended. */
export function eventNote({ metric, data }: IncomingEvent): EventNote | undefined {
  const word = (field: string): string => printable(String(data[field] ?? '?'));
  const length = (field: string, before: string): string =>
    typeof data[field] === 'number' ? `${before}${formatSeconds(data[field])}` : '';
  const node = word('node_id');
  switch (metric) {
    case 'node.registered':
      return { text: `${node} registered${data['role'] === undefined ? '' : ` as ${word('role')}`}`, tone: 'accent' };
    case 'node.terminated':
      return { text: `${node} left: ${word('reason')}`, tone: 'warning' };
    case 'task.claimed':
      return { text: `${node} claimed ${word('task_id')}${length('queue_seconds', ', queued for ')}`, tone: undefined };
    case 'task.released':
      return { text: `${node} released ${word('task_id')}: ${word('reason')}`, tone: 'warning' };
    case 'task.completed': {
      const outcome = word('outcome');
      return {
        text: `${node} ended ${word('task_id')}: ${outcome}${length('duration_seconds', ' after ')}`,
        tone: OUTCOME_TONES[outcome] ?? 'warning',
      };
    }
    default:
      return undefined;
  }
}
