import { defineConfig } from 'vitest/config';

/** What runs in processes and threads of its own only: the coverage of the test process does not see it, tests do. */
const RUN_APART = [
  'src/bus/bus-server.ts',
  'src/example/example-node.ts',
  'src/query/sql-child.ts',
  'src/query/sql-runner.ts',
  'src/sources/mcp-proxy/amicus-facts.ts',
  'src/store/sqlite/drain-worker.ts',
  'src/surfaces/cli/commands/mcp.ts',
  'src/surfaces/api/answer-thread.ts',
  'src/surfaces/api/api-thread.ts',
  'src/surfaces/api/thread-context.ts',
  'src/surfaces/cli/commands/wrap.ts',
  'src/surfaces/cli/main.ts',
  'src/surfaces/cli/run-tests.ts',
  'src/surfaces/mcp/serve-over-stdio.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/dashboard-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Far more than any test needs, for machines that have much else to do; what a test waits for has at most half of it.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
    // No test, and no process that one starts, looks at the agents of the machine it runs on, or takes the port of its
    // dashboard.
    env: { AMICUS_METRICS_AGENT_HISTORIES: 'off', AMICUS_METRICS_API_PORT: '0' },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The dashboard runs in a browser, and so do its tests.
      exclude: [...RUN_APART, 'src/surfaces/web/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90, branches: 85 },
    },
  },
});
