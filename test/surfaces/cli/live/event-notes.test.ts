import { describe, expect, it } from 'vitest';

import { eventNote } from '../../../../src/surfaces/cli/live/event-notes.ts';
import { noticeText } from '../../../../src/surfaces/cli/live/source-notices.ts';
import type { EventData, IncomingEvent } from '../../../../src/model/event.ts';

const event = (metric: string, data: EventData): IncomingEvent => ({
  metric,
  atMicros: 0,
  data,
  source: 'amicus-state',
  inferred: false,
});

describe('eventNote', () => {
  it.each([
    ['node.registered', { node_id: 'A', role: 'developer' }, 'A registered as developer'],
    ['node.terminated', { node_id: 'A', reason: 'graceful' }, 'A left: graceful'],
    ['task.claimed', { node_id: 'A', task_id: 't', queue_seconds: 1.5 }, 'A claimed t, queued for 1.5 s'],
    ['task.claimed', { node_id: 'A', task_id: 't' }, 'A claimed t'],
    ['task.released', { node_id: 'A', task_id: 't', reason: 'node_lost' }, 'A released t: node_lost'],
    [
      'task.completed',
      { node_id: 'A', task_id: 't', outcome: 'failure', duration_seconds: 2 },
      'A ended t: failure after 2 s',
    ],
  ])('tells %s in words', (metric, data, text) => {
    expect(eventNote(event(metric, data))?.text).toBe(text);
  });

  it('says nothing of what happens all the time', () => {
    expect(eventNote(event('state.read', { duration_ms: 1 }))).toBeUndefined();
  });

  it('lets no control character through', () => {
    expect(eventNote(event('task.claimed', { node_id: '\u001b[31m', task_id: 't' }))?.text).toBe(
      '\ufffd[31m claimed t',
    );
  });
});

describe('noticeText', () => {
  it('says a notice once, in words, and nothing of a file that is not there yet', () => {
    expect([
      noticeText({ code: 'state_not_json', count: 1 }),
      noticeText({ code: 'state_not_json', count: 2 }),
      noticeText({ code: 'state_missing', count: 1 }),
      noticeText({ code: 'something_else', count: 1 }),
    ]).toEqual(['state.json is not JSON at the moment', undefined, undefined, 'something else']);
  });
});
