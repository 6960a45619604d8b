import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { type Frame, frameLines, plainLine } from '../../../../src/surfaces/cli/live/frame.ts';
import { plainStyle } from '../../../../src/surfaces/cli/terminal/style.ts';
import type { NodeNow } from '../../../../src/analysis/reports/nodes-now.ts';
import { NO_DISTRIBUTION } from '../../../../src/analysis/reports/distribution.ts';

const NOW = 1_770_000_000_000_000;

const node = (nodeId: string, status: string, taskId?: string): NodeNow => ({
  nodeId,
  role: 'developer',
  model: 'example-large',
  status,
  sinceMicros: NOW - 4_200_000,
  taskId,
  taskSinceMicros: taskId === undefined ? undefined : NOW - 4_200_000,
  firstSeenMicros: NOW - 60_000_000,
});

const LINK = `http://127.0.0.1:4319/login?token=${'x'.repeat(43)}`;

const latency = { count: 20, p50: 0.5, p95: 3.8, max: 9, sum: 12 };

function frameOf(nodes: readonly NodeNow[], part: Partial<Frame> = {}): Frame {
  return {
    directory: '/work/space/.ai',
    elapsedSeconds: 18,
    totalSeconds: 60,
    storedEvents: 1_483,
    spoolBytes: 44_200,
    dropped: { unknown_field: 2, duplicate: 3 },
    notes: Array.from({ length: 20 }, (_, i) => ({ time: '10:00:00', text: `note ${i}`, tone: undefined })),
    problem: undefined,
    status: {
      atMicros: NOW,
      windowSeconds: 300,
      nodes,
      queue: { atMicros: NOW, pending: 2, inProgress: 3, oldestPendingSeconds: 12.3, workload: 'balanced' },
      throughput: {
        created: 15,
        claimed: 14,
        completed: 10,
        released: 1,
        outcomes: { success: 9, failure: 1 },
        completedSeries: [0, 4, 6],
        seriesBucketSeconds: 10,
      },
      state: {
        read: { count: 20, duration: latency, lockWait: NO_DISTRIBUTION },
        write: { count: 97, duration: NO_DISTRIBUTION, lockWait: NO_DISTRIBUTION },
        lock: { count: 20, wait: latency, hold: latency },
      },
    },
    ...part,
  };
}

const NODES = [node('Node-A', 'working', 'task-15'), node('Node-B', 'idle')];
const size = { width: 80, height: 23, style: plainStyle };

describe('frameLines', () => {
  it('shows nodes, queue, tasks, latency, counters and the latest notes', async () => {
    await expect(`${frameLines(frameOf(NODES), size).join('\n')}\n`).toMatchFileSnapshot(
      '../../../fixtures/expected/live-view-80x24.txt',
    );
  });

  it('is never taller or wider than the terminal, however many nodes there are', () => {
    const many = Array.from({ length: 50 }, (_, i) => node(`Node-${i}`, 'working', `task-${i}`));
    for (const height of [1, 5, 10, 23, 60]) {
      for (const width of [40, 80, 140]) {
        const lines = frameLines(frameOf(many), { ...size, height, width });
        expect(lines.length).toBeLessThanOrEqual(height);
        // Lines of text that are too long are cut when they are drawn.
        expect(stringWidth(lines[0] ?? '')).toBeLessThanOrEqual(width);
      }
    }
  });

  it('says how many nodes did not fit', () => {
    const many = Array.from({ length: 50 }, (_, i) => node(`Node-${i}`, 'idle'));
    expect(frameLines(frameOf(many), size)).toContain('… 42 more nodes');
  });

  it('says what is wrong with the store, and keeps showing the rest', () => {
    const lines = frameLines(frameOf(NODES, { problem: 'The disk is full.' }), size);
    expect(lines).toContain('The disk is full.');
    expect(lines.some((line) => line.includes('Node-A'))).toBe(true);
  });

  it('shows the link to the dashboard whole, or not at all', () => {
    const shown = (width: number): string | undefined =>
      frameLines(frameOf(NODES, { link: LINK }), { ...size, width }).find((line) => line.includes('http'));
    expect(shown(120)).toBe(`Browser ${LINK}`);
    expect(shown(LINK.length)).toBe(LINK);
    expect(shown(LINK.length - 1)).toBeUndefined();
  });

  it('lets no control character of a name through', () => {
    const evil = frameOf([node('A\u001b]0;x\u0007', 'working', 't\u202e')], { directory: '/a\u001b[2J' });
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(frameLines(evil, size).join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe('plainLine', () => {
  it('says all of it on one line', () => {
    expect(plainLine(frameOf(NODES))).toBe(
      '2 live: 1 working, 1 idle | 2 pending (oldest 12.3 s), 3 in progress; Amicus says balanced | 10 ended in 5 min | ' +
        'state read p95 3.8 ms | 1,483 events stored, spool 44.2 kB, 2 dropped: unknown_field 2, 3 told twice',
    );
  });
});
