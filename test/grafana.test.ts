import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { GRAFANA_FILES } from '../scripts/grafana/index.ts';
import { RULE_GROUPS } from '../scripts/grafana/prometheus-rules.ts';
import { SAMPLE_NAMES } from '../scripts/grafana/sample-names.ts';
import { SETTINGS } from '../src/config/index.ts';
import { TOKEN_FILES } from '../src/surfaces/api/api-tokens.ts';
import { findProgram, runTool } from './support/prometheus-tools.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

type Panel = { title?: string; type: string; panels?: Panel[]; targets?: { expr: string }[]; description?: string };
type Board = { uid: string; panels: Panel[] };

const read = (path: string): string => readFileSync(path, 'utf8');
const RULES = 'grafana/prometheus/amicus-rules.yml';
const BOARDS = GRAFANA_FILES.filter(({ path }) => path.endsWith('.json')).map(
  ({ path }) => JSON.parse(read(path)) as Board,
);
const panels = BOARDS.flatMap((board) => board.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])).filter(
  ({ type }) => type !== 'row',
);
const panelExpressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const ruleExpressions = RULE_GROUPS.flatMap(({ rules }) => rules.map(({ expr }) => expr));

/** An expression of a dashboard, with what a reader has chosen. */
const chosen = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1d').replaceAll('$instance', '.*');

describe('the files for Grafana and Prometheus', () => {
  it.each(GRAFANA_FILES.map(({ path, render }) => [path, render] as const))(
    'are what the code declares: %s',
    (path, render) => {
      expect(read(path), 'Run "npm run grafana".').toBe(render());
    },
  );

  it('ask only for what is told', () => {
    const recorded = RULE_GROUPS.flatMap(({ rules }) =>
      rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])),
    );
    const asked = [...panelExpressions, ...ruleExpressions].flatMap(
      (expr) => expr.match(/\bamicus[_:][a-z0-9_:]+/g) ?? [],
    );
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((name) => !SAMPLE_NAMES.has(name) && !recorded.includes(name))).toEqual([]);
  });

  it('explain every panel, and name no place', () => {
    expect(panels.filter(({ description = '' }) => description.length < 10).map(({ title }) => title)).toEqual([]);
    for (const { path } of GRAFANA_FILES) expect(read(path)).not.toMatch(/https?:\/\//);
  });

  it('point at the ports and the token that `up` has by itself', () => {
    const target = `127.0.0.1:${SETTINGS.apiPort.fallback()}`;
    expect(read('grafana/prometheus/prometheus.yml')).toContain(`'${target}'`);
    expect(read('grafana/provisioning/datasources/prometheus.yml')).toContain(`http://${target}/tasks/`);
    expect(read('grafana/compose.yaml')).toContain(`/${TOKEN_FILES.read}:/run/amicus/read-token:ro`);
  });

  it('open ports on this machine only', () => {
    const compose = read('grafana/compose.yaml');
    expect(compose).toContain('--web.listen-address=127.0.0.1:9090');
    expect(compose).toContain('GF_SERVER_HTTP_ADDR: 127.0.0.1');
    expect(compose).not.toMatch(/^\s+ports:/m);
    for (const folder of ['provisioning', 'dashboards', 'prometheus', 'data'])
      expect(existsSync(join('grafana', folder))).toBe(true);
  });

  it('hold rules and a configuration that Prometheus accepts', async ({ skip }) => {
    const promtool = findProgram('promtool') ?? skip('promtool is not on this machine (Debian: prometheus)');
    expect(await runTool(promtool, ['check', 'rules', RULES])).toMatchObject({ code: 0 });
    const config = ['check', 'config', '--syntax-only', 'grafana/prometheus/prometheus.yml'];
    expect(await runTool(promtool, config)).toMatchObject({ code: 0 });
    // Each expression of a panel as a rule: the same reader.
    const path = join(temporaryFolder(), 'panels.yml');
    const rules = panelExpressions.map((expr, i) => ({ record: `panel:${i}`, expr: chosen(expr) }));
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const { code, output } = await runTool(promtool, ['check', 'rules', path]);
    expect(output).toContain(`${rules.length} rules found`);
    expect(code).toBe(0);
  });

  it('fire when they should, and not before', async ({ skip }) => {
    const promtool = findProgram('promtool') ?? skip('promtool is not on this machine (Debian: prometheus)');
    const folder = temporaryFolder();
    // promtool compares annotations too: what is tried here is when a rule fires.
    const groups = RULE_GROUPS.map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ('alert' in rule ? { ...rule, annotations: {} } : rule)),
    }));
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups }));
    const labels = 'job="amicus",instance="i"';
    const fires = (alertname: string, eval_time: string, ...found: readonly Record<string, string>[]) => ({
      alertname,
      eval_time,
      exp_alerts: found.map((own) => ({ exp_labels: { job: 'amicus', instance: 'i', ...own } })),
    });
    const series = (name: string, values: string, more = '') => ({ series: `${name}{${labels}${more}}`, values });
    const tests = [
      {
        interval: '1m',
        input_series: [
          series('up', '1x10 0x110'),
          series('amicus_tasks', '5x120', ',state="pending"'),
          series('amicus_nodes', '1x30 _x90', ',status="working"'),
          series('amicus_task_completed_total', '0+1x120', ',outcome="success"'),
          series('amicus_task_completed_total', '0+1x120', ',outcome="failure"'),
          series('amicus_budget_used', '90x60 120x60', ',budget="b",measured_in="dollars",per="day"'),
          series('amicus_budget_limit', '100x120', ',budget="b",measured_in="dollars",per="day"'),
          series('amicus_collector_dropped_total', '0x30 4x90', ',reason="spool_full"'),
          series('amicus_collector_dropped_total', '0+9x120', ',reason="duplicate"'),
        ],
        alert_rule_test: [
          fires('AmicusDown', '14m'),
          fires('AmicusDown', '17m', { severity: 'critical' }),
          fires('AmicusNobodyWorks', '30m'),
          fires('AmicusNobodyWorks', '60m', { severity: 'warning' }),
          fires('AmicusTasksFail', '90m', { severity: 'warning' }),
          fires('AmicusBudgetNearlyUsed', '30m', {
            severity: 'warning',
            budget: 'b',
            measured_in: 'dollars',
            per: 'day',
          }),
          fires('AmicusBudgetExceeded', '30m'),
          fires('AmicusBudgetExceeded', '70m', {
            severity: 'critical',
            budget: 'b',
            measured_in: 'dollars',
            per: 'day',
          }),
          fires('AmicusEventsLost', '30m'),
          fires('AmicusEventsLost', '40m', { severity: 'critical', reason: 'spool_full' }),
          fires('AmicusQueueOld', '90m'),
        ],
      },
    ];
    const path = join(folder, 'tests.yml');
    writeFileSync(path, JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }));
    const { code, output } = await runTool(promtool, ['test', 'rules', path]);
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });
});
