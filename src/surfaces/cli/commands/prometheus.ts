import { type TextFormat, prometheusText } from '../../prometheus/prometheus-text.ts';
import { defineCommand, valueOption } from '../command.ts';
import { parseWord } from '../option-values.ts';

const FORMATS: readonly TextFormat[] = ['openmetrics', 'classic'];

export const prometheusCommand = defineCommand({
  description:
    'Prints once what `amicus-metrics up` answers at /metrics: counters that never fall, durations as histograms, and ' +
    'gauges of now, with names and units as Prometheus wants them. For clusters that no `up` follows, and for the text ' +
    'files that a node exporter collects, which are read in the classic format.',
  arguments: {},
  options: {
    format: valueOption('<format>', `${FORMATS.join(' or ')}; default: openmetrics`, {
      short: 'f',
      words: FORMATS,
      parse: parseWord(FORMATS),
    }),
  },
  examples: [
    { line: 'amicus-metrics prometheus', doc: 'OpenMetrics, with exemplars' },
    { line: 'amicus-metrics prometheus --format classic > amicus.prom', doc: 'for the text files of a node exporter' },
  ],
  async run(context, { options: { format } }) {
    const { Exposition } = await import('../../exposition/exposition.ts');
    const families = await new Exposition(context).families();
    context.stdout.write(prometheusText(families, format ?? 'openmetrics'));
    return undefined;
  },
});
