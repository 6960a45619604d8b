import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { saidBy, startChild } from '../support/child-process.ts';
import { contentOf, differences, importText, linesOf } from '../support/import-lines.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { overlapping, storedRows } from '../support/sealed-blocks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const KILLS = 10;

describe('an import that is killed at any moment', () => {
  it('loses and doubles nothing when it is run again', { timeout: 300_000 }, async ({ annotate }) => {
    const folder = temporaryFolder();
    const [killed, whole, file] = [join(folder, 'a', '.ai'), join(folder, 'b', '.ai'), join(folder, 'a.ndjson')];
    const text = linesOf({ moments: 60_000, seed: 11, strange: 0.01 });
    writeFileSync(file, text);
    const start = performance.now();
    const first = startChild('importing-child.ts', [join(folder, 'c', '.ai'), file]);
    await saidBy(first, 'begins');
    const beginsMillis = performance.now() - start;
    await first.ended;
    const takesMillis = performance.now() - start - beginsMillis;

    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = seededRandom(seed);
    const left: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startChild('importing-child.ts', [killed, file]);
      await saidBy(child, 'begins');
      await pause(random() * takesMillis);
      child.process.kill('SIGKILL');
      await child.ended;
      const content = await contentOf(killed);
      expect(content.imbalances, `seed ${seed}`).toEqual([]);
      left.push(content.events.length);
    }
    await annotate(`after each kill there were ${left.join(', ')} events`);
    const last = startChild('importing-child.ts', [killed, file]);
    expect(await last.ended).toBe(0);

    await importText(whole, text, Number.POSITIVE_INFINITY);
    expect(differences(await contentOf(killed), await contentOf(whole)), `seed ${seed}`).toEqual([]);
    const { blocks, sealed } = storedRows(join(killed, 'metrics.db'), 'state.read');
    expect(overlapping(blocks)).toEqual([]);
    expect(sealed).toBeGreaterThan(0);
  });
});
