import { catalogueDashboard } from './catalogue-dashboard.ts';
import { clusterDashboard } from './cluster-dashboard.ts';
import { RULE_GROUPS } from './prometheus-rules.ts';
import { toYaml } from './yaml.ts';

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Every generated file of grafana/. */
export const GRAFANA_FILES: readonly { readonly path: string; readonly render: () => string }[] = [
  { path: 'grafana/dashboards/amicus-cluster.json', render: () => json(clusterDashboard()) },
  { path: 'grafana/dashboards/amicus-catalogue.json', render: () => json(catalogueDashboard()) },
  {
    path: 'grafana/prometheus/amicus-rules.yml',
    render: () => `# Generated from the catalogue by "npm run grafana".\n${toYaml({ groups: RULE_GROUPS })}`,
  },
];
