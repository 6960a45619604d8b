import { resolve } from 'node:path';

import { CommandError } from '../command-error.ts';
import { defineCommand, flagOption, restArgument, valueOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const runTestsCommand = defineCommand({
  description:
    'Runs the command of your tests and records how it went: tests, passed, failed, duration; never names or messages ' +
    'of tests. Its input, output, exit code and signals stay its own. The figures come from a report (--report), from ' +
    'one that the runner is asked for (--collect), or from the closing lines of node:test, Vitest, Jest, pytest, ' +
    'go test -v, cargo test or TAP; a terminal is left to the command, so there use one of the options. Without a ' +
    'command, --report only reads. AMICUS_NODE_ID and AMICUS_TASK_ID, where set, say for whom.',
  arguments: { command: restArgument('-- and the command, with its arguments') },
  options: {
    report: valueOption('<file>', 'the report it writes: JUnit XML, TAP, JSON of Vitest, Jest or pytest-json-report'),
    collect: flagOption('ask node --test, Vitest, Jest or pytest for a report, in a temporary file'),
    node: valueOption('<node>', 'the node that ran them'),
    task: valueOption('<task>', 'the task they are for'),
    suite: valueOption('<name>', 'which tests they are, where there are several suites'),
  },
  examples: [
    { line: 'amicus-metrics run-tests -- npx vitest run', doc: 'from the closing lines' },
    { line: 'amicus-metrics run-tests --collect --task task-3 -- pytest -q', doc: 'from a report that pytest writes' },
    { line: 'amicus-metrics run-tests --report build/junit.xml', doc: 'a report that is there already' },
  ],
  endsItself: true,
  async run(context, { arguments: { command }, options }) {
    const [{ recordReport }, { runTests }] = await Promise.all([
      import('../record-tests.ts'),
      import('../run-tests.ts'),
    ]);
    const report = options.report === undefined ? undefined : resolve(context.cwd, options.report);
    const given = { name: undefined, node: options.node, task: options.task, suite: options.suite };
    if (command.length > 0) return runTests(context, { command, report, collect: options.collect, given });
    if (report === undefined) {
      throw new CommandError(
        'WRONG_USAGE',
        'run-tests needs the command of the tests after --, or a report with --report.',
        'For example: amicus-metrics run-tests -- npm test.',
      );
    }
    const problem = await recordReport(context, report, given);
    if (problem !== undefined) throw new CommandError('WRONG_USAGE', `${problem}.`);
    return EXIT.ok;
  },
});
