import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from '../../src/query/cursor.ts';
import type { EventQuestion } from '../../src/query/question.ts';

const QUESTION: EventQuestion = { metric: 'task.completed', since: '24h', filters: { node_id: 'a' }, limit: 10 };
const CURSOR = { range: { fromMicros: 1, toMicros: 99 }, lastMicros: 42, given: 3, lastValue: 1.5 };
const WRITTEN = writeCursor(CURSOR, QUESTION);

describe('a cursor', () => {
  it('is read as it was written', () => {
    expect(readCursor(WRITTEN, QUESTION)).toEqual(CURSOR);
    const byTime = { range: CURSOR.range, lastMicros: 42, given: 0, lastValue: undefined };
    expect(readCursor(writeCursor(byTime, QUESTION), QUESTION)).toEqual(byTime);
  });

  it('goes on with another limit', () => {
    expect(readCursor(WRITTEN, { ...QUESTION, limit: 5, cursor: WRITTEN })).toEqual(CURSOR);
  });

  it.each([
    ['metric', { metric: 'task.claimed' }],
    ['filters', { filters: { node_id: 'b' } }],
    ['order', { order: 'newest_first' }],
    ['since', { since: '25h' }],
    ['zone', { timeZone: 'Asia/Tokyo' }],
  ])('of a question with another %s is refused', (_part, change) => {
    expect(() => readCursor(WRITTEN, { ...QUESTION, ...change })).toThrow('belongs to another question');
  });

  it.each([
    '',
    'x',
    '!!',
    'bnVsbA',
    'W10',
    WRITTEN.slice(0, -4),
    WRITTEN.slice(4),
    42,
    {},
    Buffer.from('[1,"a",-1,2,3,4,null]').toString('base64url'),
    Buffer.from('[2,"a",1,2,3,4,null]').toString('base64url'),
    Buffer.from('[1,"a",1,2,3,4,"x"]').toString('base64url'),
    Buffer.from('[1,"a",1,2,1e400,4,null]').toString('base64url'),
  ])('%j is refused', (text) => {
    expect(() => readCursor(text, QUESTION)).toThrow(expect.objectContaining({ code: 'BAD_CURSOR' }));
  });
});
