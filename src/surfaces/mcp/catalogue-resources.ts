import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { Metric } from '../../metrics/define-metric.ts';
import { type Catalogue, catalogueOf } from '../../metrics/index.ts';
import { configOfRun } from '../cli/settings-of.ts';
import { dataName } from './data-name.ts';
import type { Desk } from './desk.ts';

const CATALOGUE = 'amicus-metrics://catalogue';
const MIME_TYPE = 'application/json';
/** Longest description, of those that users write for metrics of their own. */
const MAX_DOC = 300;

/** What can be asked for, as resources: all metrics by name, and each with its fields. */
export function registerCatalogue(server: McpServer, desk: Desk): void {
  const catalogue = (): Catalogue => catalogueOf(configOfRun(desk.context).customMetrics);
  server.registerResource(
    'catalogue',
    CATALOGUE,
    { title: 'Metrics', description: 'Every metric: its name, category and meaning.', mimeType: MIME_TYPE },
    async ({ href }) => contentOf(href, [...catalogue().values()].map(summaryJson)),
  );
  const template = new ResourceTemplate(`${CATALOGUE}/{metric}`, {
    list: undefined,
    complete: { metric: (start) => [...catalogue().keys()].filter((name) => name.startsWith(start)) },
  });
  server.registerResource(
    'metric',
    template,
    { title: 'One metric', description: 'Its fields, with their kinds and units.', mimeType: MIME_TYPE },
    async ({ href }, { metric: name }) => {
      const metric = typeof name === 'string' ? catalogue().get(name) : undefined;
      if (metric === undefined) throw new ResourceNotFoundError(href);
      return contentOf(href, metricJson(metric));
    },
  );
}

function contentOf(uri: string, value: unknown) {
  return { contents: [{ uri, mimeType: MIME_TYPE, text: JSON.stringify(value) }] };
}

const summaryJson = ({ name, category, doc }: Metric) => ({ name, category, doc: dataName(doc, MAX_DOC) });

function metricJson(metric: Metric) {
  const fields = Object.entries(metric.fields).map(([name, { kind, unit, required, words, doc }]) => ({
    name,
    kind,
    unit,
    required: required ? true : undefined,
    words: words.length === 0 ? undefined : words,
    doc: dataName(doc, MAX_DOC),
  }));
  return { ...summaryJson(metric), fields };
}
