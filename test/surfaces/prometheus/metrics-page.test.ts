import { describe, expect, it } from 'vitest';

import { METRICS } from '../../../src/metrics/index.ts';
import type { EventData } from '../../../src/model/event.ts';
import type { AnyField } from '../../../src/model/field.ts';
import { MetricsPage } from '../../../src/surfaces/prometheus/metrics-page.ts';
import { type Exposed, exposed, letPass } from '../../support/exposed.ts';
import { EVERY_KIND } from '../../support/every-kind.ts';
import { parseOpenMetrics } from '../../support/openmetrics-parser.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { findProgram, runTool } from '../../support/prometheus-tools.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';
const HOSTILE = [
  'a"} 9\\',
  '</script><b>',
  '{{ .Labels }}',
  '# EOF',
  '=cmd()',
  'x\u202ey',
  "'; DROP TABLE x",
  'é😀',
  'other',
];

function valueOf(field: AnyField, name: string): EventData[string] {
  if (field.kind === 'one_of') return field.words[0];
  if (field.kind === 'flag') return true;
  if (field.kind === 'names') return ['src/a.ts'];
  if (field.kind === 'id') return 'secret-id-1234';
  if (field.kind === 'name') return name;
  return 3;
}

/** One event of each metric with all of its fields, and those of hostile names. */
function recordAll({ collector, clock }: Exposed): void {
  const at = clock.nowMicros() - 1_000_000;
  for (const name of HOSTILE) {
    for (const metric of [...METRICS, EVERY_KIND]) {
      const data = Object.fromEntries(
        Object.entries(metric.fields).map(([field, kind]) => [field, valueOf(kind, name)]),
      );
      collector.emit({ metric: metric.name, atMicros: at, data, source: 'library', inferred: false });
    }
  }
}

describe('what /metrics answers', () => {
  it('is strict OpenMetrics whatever names are in the store, and a restart away from what it was', async () => {
    const world = exposed();
    recordAll(world);
    const page = new MetricsPage(world.context);
    const { body, contentType } = await page.answer(OPEN_METRICS);
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const families = parseOpenMetrics(body);
    expect(families.length).toBeGreaterThan(60);
    expect(families.every(({ help }) => (help ?? '').endsWith('.'))).toBe(true);
    // Every metric of the catalogue but those whose events do not add up.
    const uncounted = METRICS.map(({ name }) => `amicus_${name.replaceAll('.', '_')}`).filter(
      (name) => !families.some((family) => family.name === name),
    );
    expect(uncounted).toEqual(['amicus_cluster_snapshot', 'amicus_tokens_consumed', 'amicus_cost_repriced']);
    const models = families
      .find(({ name }) => name === 'amicus_usage_tokens')
      ?.samples.map(({ labels }) => labels.get('model'));
    expect(models).toContain('a"} 9\\');
    expect(body).not.toContain('\u202e');
    letPass(world.clock, 60);
    const again = await new MetricsPage(world.context).answer(OPEN_METRICS);
    const counters = (text: string): string[] =>
      text.split('\n').filter((line) => /_(total|bucket|sum|count)\b/.test(line));
    expect(counters(again.body).filter((line) => !line.startsWith('amicus_collector'))).toEqual(
      counters(body).filter((line) => !line.startsWith('amicus_collector')),
    );
  });

  it('has ids in exemplars and nowhere else, and node ids only where it tells what is now', async () => {
    const world = exposed();
    recordAll(world);
    world.collector.record('node.registered', { node_id: 'Node-Z' });
    const families = parseOpenMetrics((await new MetricsPage(world.context).answer(OPEN_METRICS)).body);
    const samples = families.flatMap((family) => family.samples);
    expect(samples.filter(({ labels }) => [...labels.values()].includes('secret-id-1234'))).toEqual([]);
    const exemplars = samples.filter(({ exemplar }) => exemplar !== undefined);
    expect(exemplars.length).toBeGreaterThan(5);
    expect(new Set(exemplars.map(({ exemplar }) => exemplar?.labels.get('task_id')))).toEqual(
      new Set(['secret-id-1234']),
    );
    const naming = families.filter(({ samples: own }) =>
      own.some(({ labels }) => [...labels.keys()].some((name) => name.endsWith('node_id'))),
    );
    expect(naming.map(({ name }) => name)).toEqual(['amicus_node']);
  });

  it('tells nodes, queue, budgets, findings, alerts, drops and the drain', async () => {
    const world = exposed();
    const { collector } = world;
    collector.record('node.registered', { node_id: 'Node-A', role: 'developer' });
    collector.record('node.status', { node_id: 'Node-A', status: 'working' });
    collector.record('cluster.snapshot', { pending_tasks: 7, in_progress_tasks: 2, oldest_pending_seconds: 90 });
    collector.record('finding.changed', { finding_id: 'f', kind: 'backlog', change: 'opened', severity: 'warning' });
    collector.record('finding.changed', { finding_id: 'g', kind: 'hot_file', change: 'opened', severity: 'info' });
    collector.record('finding.changed', { finding_id: 'g', kind: 'hot_file', change: 'closed' });
    collector.emit({
      metric: 'no.such',
      atMicros: world.clock.nowMicros(),
      data: {},
      source: 'library',
      inferred: false,
    });
    letPass(world.clock, 1);
    const { body } = await new MetricsPage(world.context).answer(undefined);
    for (const line of [
      'amicus_nodes{status="working"} 1',
      'amicus_node_info{node_id="Node-A",role="developer",status="working"} 1',
      'amicus_tasks{state="pending"} 7',
      'amicus_oldest_pending_task_seconds 90',
      'amicus_open_findings{kind="backlog",severity="warning"} 1',
      'amicus_collector_dropped_total{reason="unknown_metric"} 1',
      'amicus_collector_spooled_events 0',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    expect(body).not.toContain('hot_file",severity');
    expect(body).toMatch(/^amicus_collector_drain_lag_seconds [\d.e-]+$/m);
  });

  it('is put together once for many who ask at once', async () => {
    const world = exposed();
    recordAll(world);
    let asked = 0;
    const collector = async () => {
      asked++;
      return world.collector;
    };
    const page = new MetricsPage({ ...world.context, collector });
    const answers = await Promise.all(Array.from({ length: 20 }, () => page.answer(OPEN_METRICS)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    // Once for what is told fast, once for what is told slowly.
    expect(asked).toBe(2);
  });

  it('passes the linter of Prometheus', async ({ skip }) => {
    const promtool = findProgram('promtool') ?? skip('promtool is not on this machine (Debian: prometheus)');
    const world = exposed();
    recordAll(world);
    const { body } = await new MetricsPage(world.context).answer('text/plain');
    expect(await runTool(promtool, ['check', 'metrics'], body)).toEqual({ code: 0, output: '' });
  });

  it('is printed by the command line in both formats', async () => {
    const world = exposed();
    recordAll(world);
    await world.collector.flush();
    const open = await runInProcess(['prometheus', '--dir', world.directory], { clock: world.clock });
    expect(open).toMatchObject({ code: 0, stderr: '' });
    expect(parseOpenMetrics(open.stdout).length).toBeGreaterThan(60);
    const classic = await runInProcess(['prometheus', '--dir', world.directory, '-f', 'classic'], {
      clock: world.clock,
    });
    expect(classic.stdout).toContain('# TYPE amicus_task_completed_total counter\n');
    const missing = await runInProcess(['prometheus', '--dir', `${world.directory}/nothing`]);
    expect(missing.code).toBe(3);
  });
});
