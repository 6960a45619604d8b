import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clusterKey,
  derivedTaskId,
  messageKey,
  microsOfSeconds,
  momentStamp,
  nthTaskId,
  transitionIdentity,
} from '../../src/model/identity.ts';
import { identityHash } from '../../src/model/identity-hash.ts';
import { readTaskText } from '../../src/model/task-text.ts';

describe('identities of transitions', () => {
  it('differ when any part differs, wherever one part ends and the next begins', () => {
    const whole = { cluster: '.', metric: 'task.claimed', subject: 'a', stamp: 'b' };
    const others = [
      { ...whole, cluster: 'x' },
      { ...whole, metric: 'task.completed' },
      { ...whole, subject: 'a","b', stamp: '' },
      { ...whole, subject: '', stamp: 'ab' },
      whole,
    ];
    expect(new Set(others.map(transitionIdentity)).size).toBe(others.length);
  });

  it('have a time as it is read back from a file in which it was written as seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e15, max: 2.2e15 }), (micros) => {
        const written = JSON.stringify({ claimed_at: micros / 1e6 });
        const { claimed_at: seconds } = JSON.parse(written) as { claimed_at: number };
        expect(momentStamp(microsOfSeconds(seconds))).toBe(`@${micros}`);
      }),
    );
  });

  it('name a cluster by its place beside the store', () => {
    expect(clusterKey('/work/.ai', '/work/.ai')).toBe('.');
    expect(clusterKey('/work/a/.ai', '/work/.ai')).toBe('../a/.ai');
  });

  it('name tasks without ids by text and time, and equal ones by their order', () => {
    const id = derivedTaskId('Port the tests', undefined);
    expect(id).toMatch(/^task-[0-9a-f]{12}$/);
    expect(derivedTaskId('Port the tests', 1)).not.toBe(id);
    expect([1, 2, 3].map((nth) => nthTaskId(id, nth))).toEqual([id, `${id}-2`, `${id}-3`]);
  });

  it('tell messages apart by their ids, else by sender, time and body', () => {
    const message = { id: undefined, sender: 'Node-A', sentMicros: 1, body: 'text' };
    const keys = [message, { ...message, sender: 'Node-B' }, { ...message, sentMicros: 2 }, { ...message, body: 'x' }];
    expect(new Set(keys.map(messageKey)).size).toBe(4);
    expect(messageKey({ ...message, id: '7' })).toBe(messageKey({ ...message, id: '7', body: 'edited' }));
  });
});

describe('readTaskText', () => {
  it.each([
    ['Port the tests', 'Port the tests', undefined, undefined, undefined],
    ['  Port \t the\n tests ', 'Port the tests', undefined, undefined, undefined],
    ['[IN PROGRESS by Node-X] Port', 'Port', 'in_progress', 'Node-X', undefined],
    ['Port [in-progress: Node-X at noon]', 'Port', 'in_progress', 'Node-X', undefined],
    ['- [COMPLETED by Node-X] Port (priority: HIGH)', 'Port', 'completed', 'Node-X', 'high'],
    ['1) [x] Port', 'Port', 'completed', undefined, undefined],
    ['* [ ] Port', 'Port', 'pending', undefined, undefined],
    ['[failed] Port', 'Port', 'failed', undefined, undefined],
    ['[Blocked by Node-Y] Port', 'Port', 'blocked', 'Node-Y', undefined],
    ['Fix [the parser] of [1]', 'Fix [the parser] of [1]', undefined, undefined, undefined],
    ['[progress] report', '[progress] report', undefined, undefined, undefined],
    ['', '', undefined, undefined, undefined],
  ])('reads %j', (written, text, condition, nodeId, priority) => {
    expect(readTaskText(written)).toEqual({ text, condition, nodeId, priority });
  });

  it('gives one form to letters that can be composed in two ways', () => {
    expect(readTaskText('Gru\u0308n').text).toBe(readTaskText('Gr\u00fcn').text);
  });
});

describe('the hash of an identity', () => {
  it('is the first 63 bits of its SHA-256, as stores hold it', () => {
    expect([identityHash('a'), identityHash('é')]).toEqual([0x4abd_1bca_1281_97can, 0x53c3_3340_7e55_994an]);
  });
});
