import type { AuditCheck } from '../../../analysis/ledger/audit-check.ts';
import { audit } from '../../../analysis/ledger/audit.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type AnswerColumn, printCsv } from '../print-rows.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { printable } from '../terminal/printable.ts';
import { formatCount } from '../terminal/units.ts';

/** Enough to see what is wrong. */
const MAX_PROBLEMS = 10;

const COLUMNS: readonly AnswerColumn<AuditCheck>[] = [
  { key: 'check', raw: ({ name }) => name },
  { key: 'holds', raw: ({ holds }) => holds },
  { key: 'figures', raw: ({ figures }) => figures },
  { key: 'problems', raw: ({ problems }) => problems.join(' ') },
];

export const auditCommand = defineCommand({
  description:
    'Checks the books, and prints each check with its figures: compressed blocks are as they were written, rollups equal the events they stand for (count and sums ' +
    'of each metric and day), no identity twice, no request told twice by two feeds, the ledger equals the store, the ' +
    'cost of each session is the sum of its agents, told, concluded and unattributed costs are the total, and every ' +
    'recorded event is accounted for. Reads every event that has not expired, so it takes about ten seconds for each ' +
    'million. Exit code 1 when a check fails.',
  arguments: {},
  options: {},
  examples: [{ line: 'amicus-metrics audit', doc: 'do the books balance?' }],
  async run(context): Promise<ExitCode> {
    const collector = await context.collector();
    const bar = progressBar(context.stderr, context.clock, context.style, 'Reading blocks');
    const checks = await audit(collector, context.clock.nowMicros(), (part) => bar.update(part, '')).finally(() =>
      bar.end(),
    );
    if (context.format === 'json') context.printJson(checks);
    else if (context.format === 'csv') printCsv(context, COLUMNS, checks);
    else {
      for (const { name, holds, figures, problems } of checks) {
        const verdict = holds ? context.style('good', 'holds') : context.style('bad', 'FAILS');
        context.print(`${verdict}  ${name}: ${printable(figures)}.`);
        for (const problem of problems.slice(0, MAX_PROBLEMS)) context.print(`       ${printable(problem)}`);
        if (problems.length > MAX_PROBLEMS)
          context.print(`       and ${formatCount(problems.length - MAX_PROBLEMS)} more`);
      }
    }
    return checks.every(({ holds }) => holds) ? EXIT.ok : EXIT.failed;
  },
});
