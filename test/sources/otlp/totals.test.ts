import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_SAMPLES, KNOWN_USAGE, sampleRequest } from '../../support/client-samples.ts';
import { openOtlpStore, usageTotals } from '../../support/otlp-store.ts';

const ENCODINGS = ['json', 'protobuf'] as const;

describe('what clients push', () => {
  it.each(ENCODINGS)('adds up to the known totals as %s', async (encoding) => {
    const { translator, collector } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES) translator.receive(sampleRequest(sample, encoding));
    translator.release();
    expect(await usageTotals(collector)).toEqual(KNOWN_USAGE);
    await collector.close();
  });

  it('counts once in any order, encoding and number of times', async () => {
    const pushes = CLIENT_SAMPLES.flatMap((sample) => ENCODINGS.map((encoding) => sampleRequest(sample, encoding)));
    const anyOrder = fc.shuffledSubarray([...pushes, ...pushes], { minLength: 2 * pushes.length });
    await fc.assert(
      fc.asyncProperty(anyOrder, async (order) => {
        const { translator, collector } = openOtlpStore();
        for (const push of order) translator.receive(push);
        translator.release();
        expect(await usageTotals(collector)).toEqual(KNOWN_USAGE);
        await collector.close();
      }),
      { numRuns: 12 },
    );
  });

  it('counts once when the receiver is started anew between any two pushes', async () => {
    const store = openOtlpStore();
    for (const round of [1, 2]) {
      for (const sample of CLIENT_SAMPLES) {
        const translator = store.reopened();
        translator.receive(sampleRequest(sample, round === 1 ? 'json' : 'protobuf'));
        translator.release();
        await store.collector.flush();
        translator.save();
      }
    }
    expect(store.notices).toEqual([]);
    // Spans of Claude Code come after its events here, so they wait for nobody.
    expect(await usageTotals(store.collector)).toEqual(KNOWN_USAGE);
    await store.collector.close();
  });

  it('tells tool calls, sessions, failures and changed lines as each client does', async () => {
    const { translator, collector } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES) translator.receive(sampleRequest(sample, 'protobuf'));
    translator.release();
    const by = async (metric: string, ...groupBy: string[]): Promise<string[]> => {
      const { rows } = await collector.aggregate({ metric, aggregations: ['count'], groupBy });
      return rows.map(({ group, values }) => [...groupBy.map((key) => group[key]), values['count']].join(' ')).sort();
    };
    expect(await by('tool.called', 'client', 'server', 'tool', 'outcome')).toEqual([
      // Names of MCP tools are withheld: the proxy and the transcript tell them.
      'claude-code   error 1',
      'claude-code   success 2',
      'claude-code claude-code Agent success 1',
      'claude-code claude-code Bash success 3',
      'claude-code claude-code Edit success 1',
      'claude-code claude-code Read error 1',
      'claude-code claude-code Write success 1',
      'codex codex exec_command success 1',
      'copilot-cli 2a97516c354b 758d61f26a44 success 1',
      'copilot-cli copilot-cli bash success 1',
      'gemini-cli amicus read_state success 1',
      'gemini-cli demo ping success 1',
      'gemini-cli everything echo error 1',
      'gemini-cli everything echo success 1',
      'gemini-cli gemini-cli run_shell_command success 1',
      'gemini-cli gemini-cli write_file success 1',
      'opencode opencode everything_echo error 1',
      'opencode opencode everything_echo success 1',
      'qwen-code amicus read_state success 1',
      'qwen-code everything echo error 1',
      'qwen-code everything echo success 1',
      'qwen-code qwen-code run_shell_command success 1',
    ]);
    expect(await by('session.started', 'client')).toEqual([
      'claude-code 1',
      'codex 1',
      'copilot-cli 1',
      'gemini-cli 1',
      'opencode 1',
      'qwen-code 1',
    ]);
    expect(await by('session.ended', 'client')).toEqual(['qwen-code 1']);
    expect(await by('api.failed', 'client', 'failure', 'status')).toEqual(['claude-code overloaded 529 1']);
    const { rows } = await collector.aggregate({
      metric: 'code.changed',
      aggregations: ['sum(lines_added)', 'sum(lines_deleted)'],
      groupBy: ['client'],
    });
    expect(
      rows.map(({ group, values }) => [group['client'], values['sum(lines_added)'], values['sum(lines_deleted)']]),
    ).toEqual([
      ['claude-code', 4, 1],
      ['gemini-cli', 2, undefined],
    ]);
    await collector.close();
  });

  it('drops nothing of what it tells, and knows every event name of the samples', async () => {
    const { translator, collector, notices } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES) {
      expect(translator.receive(sampleRequest(sample, 'json'))).toMatchObject({ rejected: 0, reasons: [] });
    }
    expect(collector.health().dropped).toEqual({});
    expect(notices).toEqual([]);
    await collector.close();
  });
});

describe('whose work it was', () => {
  it.each([
    ['claude-code', 'Node-T1'],
    ['copilot-cli', 'Node-C1'],
    ['gemini-cli', 'Node-G1'],
    ['opencode', 'Node-X9J2'],
    ['codex', 'Node-URL'],
    ['qwen-code', 'Node-URL'],
  ])('is told by the resource of %s, else by the URL', async (client, expected) => {
    const { translator, collector } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES.filter((other) => other.client === client)) {
      translator.receive({ ...sampleRequest(sample, 'json'), node: 'Node-URL' });
    }
    translator.release();
    const { rows } = await collector.aggregate({
      metric: 'tokens.consumed',
      aggregations: ['count'],
      groupBy: ['node_id'],
    });
    expect(rows.map(({ group }) => group['node_id'])).toEqual([expected]);
    await collector.close();
  });

  it('stays open where nobody says', async () => {
    const { translator, collector } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES.filter(({ client }) => client === 'codex')) {
      translator.receive(sampleRequest(sample, 'json'));
    }
    const { events } = await collector.query({ metric: 'tokens.consumed' });
    expect(events.map(({ node_id, data }) => [node_id, data['task_id']])).toEqual(
      events.map(() => [undefined, undefined]),
    );
    await collector.close();
  });
});
