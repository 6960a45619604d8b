import { describe, expect, it } from 'vitest';

import { overview } from '../../../src/analysis/reports/overview.ts';
import { openMetrics } from '../../../src/metrics-collector.ts';
import type { SourceName } from '../../../src/model/event.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('calls of tools', () => {
  it('count once when client, history and proxy each tell them without a common id', async () => {
    const collector = openMetrics({ directory: temporaryFolder() });
    let at = Date.UTC(2026, 10, 24) * 1_000;
    const tell = (source: SourceName, tool: string, outcome: string, client = 'gemini-cli'): void => {
      at += 1_000;
      const data = { client, tool, outcome, duration_ms: 40 };
      collector.emit({ metric: 'tool.called', atMicros: at, data, source, inferred: false });
    };
    for (const outcome of ['success', 'success', 'error']) {
      for (const source of ['otlp', 'transcript', 'mcp-proxy'] as const) tell(source, 'claim_task', outcome);
    }
    tell('otlp', 'ReadFile', 'success');
    tell('mcp-proxy', 'claim_task', 'success', 'codex');
    const { tools } = await overview(collector, {});
    await collector.close();
    expect(tools).toMatchObject({ calls: 5, errors: 1 });
    expect(tools.durationMs.p50).toBeCloseTo(40, 0);
  });

  it('are those of the teller that saw most', async () => {
    const collector = openMetrics({ directory: temporaryFolder() });
    const at = Date.UTC(2026, 10, 24) * 1_000;
    for (let call = 0; call < 4; call++) {
      const told = {
        metric: 'tool.called',
        data: { client: 'qwen-code', tool: 'read_state' },
        inferred: false,
      } as const;
      collector.emit({ ...told, atMicros: at + call, source: 'mcp-proxy' });
      if (call > 0) collector.emit({ ...told, atMicros: at + 100 + call, source: 'otlp' });
    }
    const { tools } = await overview(collector, {});
    await collector.close();
    expect(tools.calls).toBe(4);
  });
});
