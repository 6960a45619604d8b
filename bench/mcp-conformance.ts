import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { HttpReceiver } from '../src/surfaces/http/http-receiver.ts';
import { mountServer } from '../src/surfaces/mcp/mount-server.ts';
import { fixtureServer } from './conformance-fixture.ts';
import { ended, freePort, installPackages, said, SUITES, suiteResults } from './conformance-suite.ts';
import { Scratch } from './harness.ts';

/**
 * Runs the official conformance suites against `/mcp` of `amicus-metrics up`, and against a server with the tools that
 * the suites ask for by name, on the same wiring: `node bench/mcp-conformance.ts`. Installs the suites from npm into a
 * temporary folder. Ends with 1 when a check fails that is not expected to.
 */
const CLI = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'surfaces', 'cli', 'main.ts');

/** What each suite is run for. The older one knows one set only. */
const RUNS = [
  { suite: SUITES[0], options: [], era: 'up to 2025-11-25' },
  { suite: SUITES[1], options: ['--requirements', '2025-11-25'], era: '2025-11-25' },
  { suite: SUITES[1], options: ['--requirements', '2026-07-28'], era: '2026-07-28' },
] as const;

type Expectation = { readonly scenarios: RegExp; readonly because: string };

/** Failures that are expected of both servers. */
const NOT_OFFERED: readonly Expectation[] = [
  {
    scenarios: /^server-(tools-call-(sampling|elicitation)|elicitation-)/,
    because: 'no sessions before 2026-07-28: a server of one request cannot ask its client',
  },
  { scenarios: /^server-resources-(un)?subscribe/, because: 'resources do not change, so nobody can subscribe' },
  { scenarios: /^server-tasks-/, because: 'an extension: no call takes long enough to be a task' },
  { scenarios: /^server-input-required-result-/, because: 'no tool asks for input in the middle of a call' },
  { scenarios: /^server-json-schema-2020-12/, because: 'no tool has such a schema; schemas come from zod' },
  { scenarios: /^server-http-custom-header-/, because: 'no tool has parameters that are mirrored in headers' },
];
/** Failures that are expected of our own server besides. */
const FIXTURES_ONLY: readonly Expectation[] = [
  {
    scenarios:
      /^server-(tools-call-|resources-(read|templates-read)|prompts-get-|completion-complete|server-stateless)/,
    because: 'asks for tools, resources and prompts of the suite by name',
  },
  { scenarios: /^server-logging-set-level/, because: 'logs go to no client' },
];

type Outcome = { readonly passed: number; readonly expected: Map<string, number>; readonly failed: readonly string[] };

function judge(results: ReadonlyMap<string, string>, expectations: readonly Expectation[]): Outcome {
  const expected = new Map<string, number>();
  const failed: string[] = [];
  let passed = 0;
  for (const [name, result] of results) {
    if (result.startsWith('SUCCESS')) passed += 1;
    if (!result.startsWith('FAILURE')) continue;
    const because = expectations.find(({ scenarios }) => scenarios.test(name))?.because;
    if (because === undefined) failed.push(`${name}: ${result}`);
    else expected.set(because, (expected.get(because) ?? 0) + 1);
  }
  return { passed, expected, failed };
}

async function withOurs<Result>(scratch: Scratch, work: (url: string) => Promise<Result>): Promise<Result> {
  const directory = scratch.at('.ai');
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const up = spawn(process.execPath, [CLI, '--dir', directory, 'up'], {
    env: { ...process.env, AMICUS_METRICS_OTLP_PORT: String(port), AMICUS_METRICS_AGENT_HISTORIES: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await said(up.stderr, '/mcp');
  try {
    return await work(`http://127.0.0.1:${port}/mcp`);
  } finally {
    await ended(up);
  }
}

async function withFixture<Result>(scratch: Scratch, work: (url: string) => Promise<Result>): Promise<Result> {
  const receiver = new HttpReceiver({
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    metricsDirectory: scratch.at('fixture'),
    openMcp: async () => mountServer(fixtureServer),
  });
  const address = await receiver.listen();
  try {
    return await work(`${address}/mcp`);
  } finally {
    await receiver.stop();
  }
}

const SERVERS = [
  { name: 'amicus-metrics', run: withOurs, expectations: [...NOT_OFFERED, ...FIXTURES_ONLY] },
  { name: 'fixtures on the same wiring', run: withFixture, expectations: NOT_OFFERED },
] as const;

using scratch = new Scratch();
let failures = 0;
const installed = new Map(
  SUITES.map((suite) => [
    suite,
    installPackages(scratch.at(`suite-${suite}`), [`@modelcontextprotocol/conformance@${suite}`]),
  ]),
);
for (const { name, run, expectations } of SERVERS) {
  await run(scratch, async (url) => {
    for (const { suite, options, era } of RUNS) {
      const output = scratch.at(`${name}-${suite}-${era}`.replaceAll(' ', '-'));
      const results = await suiteResults(installed.get(suite) ?? '', url, output, options);
      const { passed, expected, failed } = judge(results, expectations);
      failures += failed.length;
      const count = [...expected.values()].reduce((sum, one) => sum + one, 0);
      console.log(
        `${name}, conformance ${suite}, ${era}: ${passed} passed, ${count} expected to fail, ${failed.length} failed`,
      );
      for (const [because, times] of expected) console.log(`  ${times} × ${because}`);
      for (const line of failed) console.log(`  FAILED ${line}`);
    }
  });
}
process.exitCode = failures === 0 ? 0 : 1;
