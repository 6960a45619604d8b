import { readReportFile } from '../../sources/test-reports/report-file.ts';
import type { TestTotals } from '../../sources/test-reports/test-totals.ts';
import { knownBeforehand } from '../proxy/known-beforehand.ts';
import type { CommandContext } from './context.ts';

/** For whom a run of tests is, and of which suite, as far as options say. */
export type GivenFor = Parameters<typeof knownBeforehand>[0] & { readonly suite: string | undefined };

type Run = {
  readonly totals: TestTotals;
  readonly atMicros: number;
  readonly identity: string | undefined;
};

/** Records one run of tests, on disk when resolved. */
export async function recordTests(context: CommandContext, run: Run, given: GivenFor): Promise<void> {
  const { nodeId, taskId } = knownBeforehand(given, context.env);
  const { total, passed, failed, durationSeconds } = run.totals;
  const collector = await context.recordingCollector();
  collector.emit({
    metric: 'tests.executed',
    atMicros: run.atMicros,
    source: 'test-report',
    inferred: false,
    identity: run.identity,
    data: {
      node_id: nodeId,
      task_id: taskId,
      suite: given.suite,
      total_tests: total,
      passed,
      failed,
      duration_seconds: durationSeconds,
    },
  });
  await collector.flush();
}

/** Records a report file. @returns What is wrong with it, or nothing. */
export async function recordReport(
  context: CommandContext,
  path: string,
  given: GivenFor,
  writtenSinceMicros = 0,
): Promise<string | undefined> {
  const report = readReportFile(path);
  if (report.kind === 'missing') return 'There is no report that can be read';
  if (report.kind === 'too_large') return 'The report is larger than 64 MB';
  if (report.kind !== 'read') return 'The report is cut off, or of no known kind';
  if (report.writtenMicros < writtenSinceMicros) return 'The report is older than this run';
  const { totals, writtenMicros: atMicros, identity } = report;
  await recordTests(context, { totals, atMicros, identity }, given);
  return undefined;
}
