import { describe, expect, it } from 'vitest';

import { type ComparedAttempt, compareNodes } from '../../../src/analysis/reports/compare-nodes.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

const random = new SeededRandom(11);

/** Attempts whose length is log-normal around a middle. */
function attemptsOf(
  nodeId: string,
  count: number,
  priority: string,
  middle: number,
  role = 'developer',
): ComparedAttempt[] {
  return Array.from({ length: count }, () => ({
    nodeId,
    role,
    priority,
    seconds: middle * Math.exp(0.5 * random.normal()),
  }));
}

describe('nodes compared, like with like', () => {
  it('calls nobody slow who is given the long tasks', () => {
    const speeds = compareNodes([
      ...attemptsOf('long-tasks', 60, 'high', 3_600),
      ...attemptsOf('long-tasks', 10, 'low', 60),
      ...attemptsOf('short-tasks', 10, 'high', 3_600),
      ...attemptsOf('short-tasks', 60, 'low', 60),
    ]);
    for (const node of ['long-tasks', 'short-tasks']) expect(speeds.get(node)?.state).toBe('no_difference');
  });

  it('finds the slow one whatever tasks it is given, and says by how much', () => {
    const speeds = compareNodes([
      ...attemptsOf('slow', 40, 'low', 120),
      ...attemptsOf('a', 60, 'low', 60),
      ...attemptsOf('b', 60, 'high', 3_600),
      ...attemptsOf('b', 20, 'low', 60),
      ...attemptsOf('a', 20, 'high', 3_600),
    ]);
    const slow = speeds.get('slow');
    expect(slow).toMatchObject({ state: 'slower', attempts: 40, others: 80 });
    if (slow === undefined || slow.state === 'too_few') throw new Error('not compared');
    expect(slow.low).toBeLessThan(2);
    expect(slow.high).toBeGreaterThan(2);
    expect(slow.low).toBeGreaterThan(1);
    expect(speeds.get('b')?.state).not.toBe('slower');
  });

  it('says too few where nobody else did such tasks, or hardly any were done', () => {
    const speeds = compareNodes([
      ...attemptsOf('architect', 50, 'high', 600, 'architect'),
      ...attemptsOf('a', 50, 'high', 600),
      ...attemptsOf('b', 50, 'high', 600),
      ...attemptsOf('new', 6, 'high', 60),
    ]);
    expect(speeds.get('architect')).toEqual({ state: 'too_few', attempts: 0, others: 0 });
    expect(speeds.get('new')).toEqual({ state: 'too_few', attempts: 6, others: 100 });
    expect(speeds.get('a')?.state).toBe('no_difference');
  });

  it('calls one of many equal nodes different in at most about 5 of 100 clusters', () => {
    let called = 0;
    for (let cluster = 0; cluster < 100; cluster++) {
      const nodes = Array.from({ length: 12 }, (_, node) => attemptsOf(`n${node}`, 25, 'medium', 600));
      if ([...compareNodes(nodes.flat()).values()].some(({ state }) => state !== 'no_difference')) called += 1;
    }
    expect(called).toBeLessThanOrEqual(10);
  });

  it('is the same for hundreds of attempts, of which others are thinned evenly', () => {
    const speeds = compareNodes([
      ...attemptsOf('quick', 30, 'high', 400),
      ...attemptsOf('a', 2_000, 'high', 600),
      ...attemptsOf('b', 2_000, 'high', 600),
    ]);
    expect(speeds.get('quick')).toMatchObject({ state: 'faster', others: 4_000 });
  });
});
