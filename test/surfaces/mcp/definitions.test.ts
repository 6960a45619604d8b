import { describe, expect, it } from 'vitest';
import { countTokens } from '../../support/count-tokens.ts';
import { startMcp } from '../../support/mcp-asking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const listTools = async () => {
  const mcp = await startMcp(temporaryFolder());
  const client = await mcp.connect();
  return { tools: (await client.listTools()).tools, instructions: client.getInstructions() ?? '' };
};

describe('what an agent pays for having the server', () => {
  it('is at most six tools in at most 2,000 tokens, and instructions in at most 80', async () => {
    const { tools, instructions } = await listTools();
    expect(tools.length).toBeLessThanOrEqual(6);
    expect(countTokens(JSON.stringify(tools))).toBeLessThanOrEqual(2_000);
    expect(countTokens(instructions)).toBeLessThanOrEqual(80);
  });

  it('begins with the insights', async () => {
    const { tools } = await listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'get_metrics_insights',
      'get_my_workload',
      'get_cluster_clock',
      'get_costs',
      'query_metrics',
      'decide_insight',
    ]);
  });

  it('tells clients that all but decisions only read, and that nothing reaches out', async () => {
    const { tools } = await listTools();
    const readers = tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map(({ name }) => name);
    expect(readers).toEqual(tools.map(({ name }) => name).filter((name) => name !== 'decide_insight'));
    expect(tools.every(({ annotations }) => annotations?.openWorldHint === false)).toBe(true);
    const decide = tools.find(({ name }) => name === 'decide_insight');
    expect(decide?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false, idempotentHint: false });
  });

  it('lets no argument pass that it does not know', async () => {
    const { tools } = await listTools();
    expect(tools.every(({ inputSchema }) => inputSchema['additionalProperties'] === false)).toBe(true);
  });
});
