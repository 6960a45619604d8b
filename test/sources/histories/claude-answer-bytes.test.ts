import { describe, expect, it } from 'vitest';

import { AnswerBytes, type AnswerLine } from '../../../src/sources/histories/claude-answer-bytes.ts';
import { answerFacts } from '../../../src/sources/histories/claude-answer-facts.ts';
import { lineHead } from '../../../src/sources/histories/claude-line-kind.ts';
import { parseLine } from '../../../src/sources/histories/line-text.ts';
import { sample } from '../../support/client-homes.ts';

const LINES = ['transcript.jsonl', 'transcript-subagent.jsonl']
  .flatMap((name) => sample('claude-code', name).trimEnd().split('\n'))
  .filter((line) => line.includes('"type":"assistant"'));

/** What is read of a line by its bytes; nothing where it has to be parsed. */
function read(line: string) {
  const bytes = Buffer.from(`before\n${line}\nafter`);
  const reader = new AnswerBytes();
  const [start, end] = [7, bytes.length - 6];
  return reader.look(lineHead(bytes, start, end), bytes, start, end) === 'new' ? reader.read()?.facts : undefined;
}

const parsed = (line: string) => answerFacts(parseLine(Buffer.from(line), 0, Buffer.byteLength(line)) ?? {});

describe('a line of an answer, read by its ends', () => {
  it('tells what the parsed line tells', () => {
    expect(LINES.length).toBeGreaterThan(10);
    for (const line of LINES) {
      expect(read(line)).toEqual(parsed(line));
      expect(read(line)?.isWhole).toBe(true);
    }
  });

  it('tells the same with a long content that looks like usage, or is left to be parsed', () => {
    const [line = ''] = LINES;
    const usage = { usage: { input_tokens: 1 }, requestId: 'x', type: 'tool_use' };
    for (const block of [
      { type: 'text', text: `${JSON.stringify(usage)} `.repeat(200) },
      { type: 'tool_use', id: 't1', name: 'Bash', input: usage },
      { type: 'tool_use', id: 't1', name: 'Bash', input: { nested: [{ type: 'tool_use', usage }] } },
    ]) {
      const whole = JSON.parse(line) as { message: { content: unknown } };
      whole.message.content = [block];
      const text = JSON.stringify(whole);
      expect([undefined, JSON.stringify(parsed(text))]).toContain(JSON.stringify(read(text)));
    }
  });

  it('is left to be parsed when anything in it is unusual', () => {
    const [line = ''] = LINES;
    const changes: readonly (readonly [string, string])[] = [
      ['"iterations":[]', '"iterations":[{"input_tokens":5}]'],
      ['"requestId":', '"costUSD":0.5,"requestId":'],
      ['"requestId":', '"requestId":"a","isApiErrorMessage":true,"x":'],
      ['"input_tokens":101', '"input_tokens":-1'],
      ['"model":"claude-opus-5-5"', '"model":"<synthetic>"'],
      ['"gitBranch":"HEAD"}', '"gitBranch":"HEAD"'],
      ['"timestamp":', '"time":'],
    ];
    for (const [from, to] of changes) {
      expect(line).toContain(from);
      expect(read(line.replace(from, to))).toBeUndefined();
    }
    for (let end = 0; end < line.length; end++) expect(read(line.slice(0, end))).toBeUndefined();
  });

  it('is known for a further line of the same answer, and not for one of another', () => {
    const [line = ''] = LINES;
    const look = (text: string, reader: AnswerBytes, last?: AnswerLine) =>
      reader.look(lineHead(Buffer.from(text), 0, text.length), Buffer.from(text), 0, text.length, last);
    const reader = new AnswerBytes();
    expect(look(line, reader)).toBe('new');
    const last = reader.read();
    expect(look(line.replace('"content":[{', '"content":[{"more":"text",'), new AnswerBytes(), last)).toBe('repeated');
    for (const [from, to] of [
      [/"requestId":"./, '"requestId":"#'],
      [/"input_tokens":1/, '"input_tokens":2'],
      [/"gitBranch":"/, '"gitBranch":"longer'],
    ] as const) {
      expect(line).toMatch(from);
      expect(look(line.replace(from, to), new AnswerBytes(), last)).toBe('new');
    }
  });
});
