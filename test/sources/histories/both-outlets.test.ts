import { describe, expect, it } from 'vitest';

import { HISTORIES } from '../../../src/sources/histories/index.ts';
import { ReadMarks } from '../../../src/sources/histories/read-marks.ts';
import { Reading } from '../../../src/sources/histories/reading.ts';
import { CLIENT_SAMPLES, sampleRequest } from '../../support/client-samples.ts';
import { layOutHistory, type SampledClient } from '../../support/client-homes.ts';
import { openOtlpStore } from '../../support/otlp-store.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/**
 * What the ledger counts of a session when its first request was read in the history before the push that tells them
 * all arrived, as happens while both are read live.
 */
async function countedOf(client: SampledClient): Promise<unknown> {
  const { translator, collector, directory } = openOtlpStore();
  const home = temporaryFolder();
  layOutHistory(home, client);
  let told = 0;
  const reading = new Reading({
    marks: new ReadMarks(directory, 'test'),
    nowMillis: () => Date.now() + 3_600_000,
    tell: (event) => {
      if (event.metric === 'tokens.consumed' && ++told === 1) collector.emit(event);
    },
  });
  for (const history of HISTORIES.filter(({ name }) => name === client)) {
    for (const place of history.places({ HOME: home })) {
      for (const part of history.look(place, reading)) for (const _ of part.read());
    }
  }
  await collector.flush();
  await collector.drain();
  for (const sample of CLIENT_SAMPLES.filter((other) => other.client === client && other.signal === 'logs')) {
    translator.receive(sampleRequest(sample, 'json'));
  }
  translator.release();
  await collector.close();
  const args = ['--dir', directory, '--since', '2026-11-01', '--until', '2026-12-01', 'costs', '--json'];
  const { stdout } = await runInProcess(args);
  const { total } = JSON.parse(stdout) as { total: Record<string, unknown> };
  return [total['requests'], total['output_tokens']];
}

describe('a session that both its history and its telemetry tell', () => {
  it.each([
    ['qwen-code', 2, 154],
    ['claude-code', 7, 616],
    ['gemini-cli', 4, 440],
  ] as const)('counts each request of %s once, whichever came first', async (client, requests, output) => {
    expect(await countedOf(client)).toEqual([requests, output]);
  });
});
