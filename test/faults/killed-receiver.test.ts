import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../src/metrics-collector.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { OtlpTranslator } from '../../src/sources/otlp/otlp-translator.ts';
import { counterPush } from '../support/counter-pushes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CHILD = fileURLToPath(new URL('../support/counting-child.ts', import.meta.url));

function killedAt(directory: string, first: number, last: number, moment: 'before' | 'after'): void {
  const { signal, stderr } = spawnSync(process.execPath, [CHILD, directory, String(first), String(last), moment]);
  expect([signal, stderr.toString()]).toEqual(['SIGKILL', '']);
}

/** What is stored once the next receiver has taken these pushes. */
async function countedAfter(directory: string, minutes: readonly number[]) {
  const collector = openMetrics({ directory });
  const translator = new OtlpTranslator(directory, {
    clock: new SystemClock(),
    emit: (event) => void collector.emit(event),
    notice: () => undefined,
  });
  for (const minute of minutes) translator.spooled(translator.receive(counterPush(minute)).push);
  const { rows } = await collector.aggregate({
    metric: 'tokens.consumed',
    aggregations: ['sum(input_tokens)', 'sum(output_tokens)'],
  });
  await collector.close();
  return [rows[0]?.values['sum(input_tokens)'], rows[0]?.values['sum(output_tokens)']];
}

describe('a receiver that is killed while it takes a counter', () => {
  for (const moment of ['before', 'after'] as const) {
    for (const last of [1, 3]) {
      it(`counts minute ${last} once, ${moment} its events are spooled, whether the push comes again or the next one`, async () => {
        for (const minutes of [[last], [last + 1], [last, last + 1], [last + 1, last + 1, last + 2]]) {
          const directory = temporaryFolder();
          killedAt(directory, 1, last, moment);
          const end = minutes.at(-1) ?? 0;
          expect(await countedAfter(directory, minutes)).toEqual([10 * end, end]);
        }
      });
    }
  }

  it('counts each minute once when that happens again and again', async () => {
    const directory = temporaryFolder();
    for (const [index, moment] of (['before', 'after', 'before', 'before'] as const).entries()) {
      killedAt(directory, index + 1, index + 1, moment);
    }
    expect(await countedAfter(directory, [5, 6])).toEqual([60, 6]);
  });
});
