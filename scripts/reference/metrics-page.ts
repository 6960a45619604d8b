import { CATEGORIES, type Metric } from '../../src/metrics/define-metric.ts';
import { METRICS } from '../../src/metrics/index.ts';
import { EVENT_DROP_REASONS, FIELD_DROP_REASONS } from '../../src/model/event.ts';
import {
  type AnyField,
  isDimension,
  isNumeric,
  MAX_LISTED_NAME_LENGTH,
  MAX_LISTED_NAMES,
  MAX_NAME_LENGTH,
} from '../../src/model/field.ts';
import { generatedFrom, type Page, table } from './page.ts';

function kindText(field: AnyField): string {
  switch (field.kind) {
    case 'id':
      return 'id';
    case 'name':
      return 'name';
    case 'one_of':
      return `one of ${field.words.map((word) => `\`${word}\``).join(', ')}`;
    case 'flag':
      return 'true or false';
    case 'count':
      return 'whole number, 0 or more';
    case 'delta':
      return 'whole number';
    case 'names':
      return 'list of names';
    case 'measure':
      return `number of ${field.unit === 'ms' ? 'milliseconds' : field.unit === 'usd' ? 'US dollars' : (field.unit ?? '')}, 0 or more`;
  }
}

function rollupText(field: AnyField): string {
  if (isDimension(field)) return 'groups';
  return isNumeric(field) ? 'count, sum, min, max, percentiles' : '';
}

function metricSection(metric: Metric): string {
  const rows = Object.entries(metric.fields).map(([name, field]) => [
    `\`${name}\`${field.required ? ' (required)' : ''}`,
    kindText(field),
    rollupText(field),
    field.doc,
  ]);
  return `### ${metric.name}\n\n${metric.doc}\n\n${table(['field', 'kind', 'in rollups', 'meaning'], rows)}\n`;
}

const INTRODUCTION = `# Metrics

What can be recorded. A field that is not listed here is dropped and counted, whatever it holds; there is no kind for
free text. Every field is optional unless marked: absent is not zero.

- **id, name**: at most ${MAX_NAME_LENGTH} characters, no control, bidirectional or zero-width ones, nothing that has the shape of a
  credential. A list of names holds at most ${MAX_LISTED_NAMES}, each of at most ${MAX_LISTED_NAME_LENGTH} characters.
- **numbers** are kept as integers: times to the microsecond, dollars to the nano-dollar.
- **in rollups**: whether hourly and daily figures can be grouped by the field, or hold figures of it.

Custom metrics are declared in code with \`defineMetric\`, or in the configuration file: see [settings](settings.md).
`;

const dropList = (reasons: readonly string[]): string => reasons.map((reason) => `\`${reason}\``).join(', ');

export const metricsPage: Page = {
  name: 'metrics.md',
  render() {
    const metrics: readonly Metric[] = METRICS;
    const sections = CATEGORIES.map((category) => {
      const members = metrics.filter((metric) => metric.category === category);
      return members.length === 0 ? '' : `## ${category}\n\n${members.map(metricSection).join('')}`;
    });
    const drops = `## What is not stored

Recording never fails; what cannot be stored is counted, by reason, in \`health()\` and in \`amicus-metrics doctor\`.
Whole events: ${dropList(EVENT_DROP_REASONS)}. Single fields of events that are kept: ${dropList(FIELD_DROP_REASONS)}.
`;
    return `${generatedFrom('src/metrics/')}${INTRODUCTION}\n${sections.join('')}${drops}`;
  },
};
