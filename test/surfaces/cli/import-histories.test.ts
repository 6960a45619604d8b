import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { SystemClock } from '../../../src/model/clock.ts';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { layOutHistory, layOutOpenCode, SAMPLED_CLIENTS, type SampledClient } from '../../support/client-homes.ts';
import { fakeSecrets } from '../../support/fake-secrets.ts';
import { filesBelow } from '../../support/recording.ts';
import { type CliRun, runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Input, output, cached and both kinds of cache writes, in the normal form; requests. */
const EXPECTED: Readonly<Record<SampledClient, readonly number[]>> = {
  'claude-code': [7, 728, 616, 140_000, 2_100, 4_900],
  codex: [2, 357, 154, 2_048, 0, 0],
  'copilot-cli': [3, 534, 231, 3_072, 0, 0],
  'gemini-cli': [4, 714, 440, 4_096, 0, 0],
  opencode: [3, 537, 231, 3_072, 0, 0],
  'qwen-code': [2, 355, 154, 2_048, 0, 0],
};
const FIELDS = [
  'requests',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
];

class Machine {
  readonly home = temporaryFolder();
  readonly directory = join(temporaryFolder(), '.ai');

  layOut(): string[] {
    return SAMPLED_CLIENTS.flatMap((client) => this.age(...layOutHistory(this.home, client)));
  }

  /** Makes files look as if nobody wrote them for a while. */
  age(...paths: readonly string[]): readonly string[] {
    const then = Date.now() / 1_000 - 600;
    for (const path of paths) utimesSync(path, then, then);
    return paths;
  }

  import(...argv: readonly string[]): Promise<CliRun> {
    return runInProcess(['--dir', this.directory, 'import', '--from', ...argv], {
      cwd: this.home,
      env: { HOME: this.home },
      clock: new SystemClock(),
    });
  }

  async totals(): Promise<Record<string, readonly number[]>> {
    const collector = openMetrics({ directory: this.directory });
    const { rows } = await collector.aggregate({
      metric: 'tokens.consumed',
      aggregations: FIELDS.map((field) => `sum(${field})`),
      groupBy: ['client'],
    });
    await collector.close();
    return Object.fromEntries(
      rows.map(({ group, values }) => [group['client'], FIELDS.map((field) => values[`sum(${field})`] ?? 0)]),
    ) as Record<string, readonly number[]>;
  }
}

describe('importing the histories of agents', () => {
  it('stores the totals that the samples are known to have, however often and in whatever order', async () => {
    const machine = new Machine();
    machine.layOut();
    for (const client of [...SAMPLED_CLIENTS].toReversed()) {
      const run = await machine.import(client);
      expect([run.code, run.stderr]).toEqual([0, '']);
    }
    const again = await machine.import('all');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('0 events imported.');
    rmSync(join(machine.directory, 'agent-histories.import.json'));
    const anew = await machine.import('all', '--json');
    expect(JSON.parse(anew.stdout)).toMatchObject({ events_imported: 0 });
    expect(await machine.totals()).toEqual(EXPECTED);
  });

  it("prices each request at the moment it was made, and keeps the client's own figure apart", async () => {
    const machine = new Machine();
    machine.layOut();
    await machine.import('all');
    const collector = openMetrics({ directory: machine.directory });
    const { rows } = await collector.aggregate({
      metric: 'tokens.consumed',
      aggregations: ['sum(estimated_cost_usd)', 'sum(reported_cost_usd)'],
      groupBy: ['client'],
    });
    await collector.close();
    const of = (client: string) => rows.find(({ group }) => group['client'] === client)?.values;
    expect(of('claude-code')?.['sum(estimated_cost_usd)']).toBe(0.092_932);
    expect(of('opencode')?.['sum(reported_cost_usd)']).toBe(0.003_365_25);
  });

  it('lets no secret in, wherever one stands, and every number', async () => {
    const mark = 'F00DFACE12';
    const secrets = Object.values(fakeSecrets(mark));
    const machine = new Machine();
    layOutOpenCode(machine.home, secrets.join('\n'));
    let number = 0;
    for (const client of SAMPLED_CLIENTS.filter((name) => name !== 'opencode')) {
      for (const path of layOutHistory(machine.home, client).filter((name) => name.endsWith('.jsonl'))) {
        // Each text of every line that is content gets a secret of its own.
        const text = readFileSync(path, 'utf8').replaceAll(CONTENT, (_all, before: string, after: string) => {
          const secret = JSON.stringify(secrets[number++ % secrets.length]).slice(1, -1);
          return `${before}${secret} ${after}`;
        });
        writeFileSync(path, text);
        machine.age(path);
      }
    }
    expect(number).toBeGreaterThan(2 * secrets.length);
    const run = await machine.import('all');
    expect(run.code).toBe(0);
    expect(await machine.totals()).toEqual(EXPECTED);
    const leaks = [...filesBelow(machine.directory)].filter(([, bytes]) => bytes.includes(mark));
    expect(leaks.map(([path]) => path)).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain(mark);
  });

  it('never writes into a history, nor beside it', async () => {
    const machine = new Machine();
    const paths = machine.layOut();
    const look = () => [
      readdirSync(machine.home, { recursive: true }),
      paths.map((path) => [statSync(path).mtimeMs, readFileSync(path)]),
    ];
    const before = look();
    await machine.import('all');
    expect(look()).toEqual(before);
  });

  it('leaves what is still being written to the next time, and says so', async () => {
    const machine = new Machine();
    const [path = ''] = layOutHistory(machine.home, 'gemini-cli');
    const run = await machine.import('gemini-cli');
    expect(run.stdout).toContain('1 file being written: the end is left for the next time.');
    expect((await machine.totals())['gemini-cli']?.[0]).toBe(3);
    machine.age(path);
    await machine.import('gemini-cli');
    expect((await machine.totals())['gemini-cli']?.[0]).toBe(4);
  });

  it('reads a folder or a file that is named', async () => {
    const machine = new Machine();
    const [transcript = ''] = machine.layOut();
    expect((await machine.import('claude-code', transcript)).code).toBe(0);
    expect((await machine.totals())['claude-code']?.[0]).toBe(5);
    expect((await machine.import('claude-code', join(machine.home, '.claude/projects'))).code).toBe(0);
    expect(await machine.totals()).toEqual({ 'claude-code': EXPECTED['claude-code'] });
  });

  it('says where it looked when there is nothing, and which clients there are', async () => {
    const machine = new Machine();
    const none = await machine.import('codex');
    expect([none.code, none.stdout]).toEqual([1, `No history found in ${join(machine.home, '.codex')}.\n`]);
    const wrong = await machine.import('emacs');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('One of claude-code, codex, gemini-cli');
  });
});

/** The beginnings of texts that are content, in the samples of all clients. */
const CONTENT =
  /("(?:content|text|thinking|command|description|prompt|stdout|stderr|oldString|newString|old_string|new_string|originalFile|lastPrompt|output|arguments|aggregated_output|last_agent_message|resultDisplay|input|cmd|message|signature|encrypted_content)":")([^"]*")/g;
