import type { Metric } from '../../../metrics/define-metric.ts';
import { CommandError } from '../command-error.ts';
import { defineCommand, optionalArgument } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { nearestName } from '../../../query/nearest-name.ts';
import { printRows } from '../print-rows.ts';

type ListedField = {
  name: string;
  kind: string;
  required: boolean;
  unit: string | undefined;
  words: string;
  doc: string;
};

function printFields(context: CommandContext, metric: Metric): void {
  if (context.format === 'json') return context.printJson(metric);
  const rows = Object.entries(metric.fields).map(([name, { kind, required, unit, words, doc }]): ListedField => ({
    name,
    kind,
    required,
    unit,
    words: words.join(' '),
    doc,
  }));
  if (context.format === 'text') {
    context.print(`${context.style('strong', metric.name)} (${metric.category}): ${metric.doc}\n`);
  }
  printRows(
    context,
    [
      { key: 'field', title: 'field', raw: ({ name }) => name },
      { key: 'kind', title: 'kind', raw: ({ kind, required }) => (required ? `${kind}, required` : kind) },
      { key: 'unit', title: 'unit', raw: ({ unit }) => unit },
      { key: 'doc', title: 'meaning', raw: ({ doc, words }) => (words === '' ? doc : `${doc} One of: ${words}.`) },
    ],
    rows,
    '',
  );
  return undefined;
}

export const metricsCommand = defineCommand({
  description: 'Lists every metric there is, built-in and custom, and whether it is switched on; or the fields of one.',
  arguments: { metric: optionalArgument('the metric whose fields to list') },
  options: {},
  examples: [
    { line: 'amicus-metrics metrics', doc: 'all of them' },
    { line: 'amicus-metrics metrics task.completed', doc: 'the fields of one' },
  ],
  async run(context, { arguments: { metric: wanted } }) {
    const collector = await context.recordingCollector();
    const metrics = [...collector.catalogue.values()];
    if (wanted !== undefined) {
      const found = collector.catalogue.get(wanted);
      if (found === undefined) {
        const near = nearestName(wanted, [...collector.catalogue.keys()]);
        throw new CommandError(
          'WRONG_USAGE',
          `There is no metric "${wanted}".`,
          near === undefined ? 'Run `amicus-metrics metrics` for the list.' : `Did you mean ${near}?`,
        );
      }
      printFields(context, found);
      return undefined;
    }
    const disabled = new Set<string>(collector.health().disabled);
    const isOn = ({ name, category }: Metric): boolean => !disabled.has(name) && !disabled.has(category);
    printRows(
      context,
      [
        { key: 'metric', title: 'metric', raw: ({ name }) => name },
        { key: 'category', title: 'category', raw: ({ category }) => category },
        {
          key: 'recorded',
          title: 'recorded',
          raw: isOn,
          show: (metric) => (isOn(metric) ? 'yes' : { text: 'switched off', tone: 'warning' }),
        },
        { key: 'meaning', title: 'meaning', raw: ({ doc }) => doc },
      ],
      metrics,
      '',
    );
    return undefined;
  },
});
