import { createInterface } from 'node:readline';

import type { MetricsCollector } from '../../../metrics-collector.ts';
import type { Metric } from '../../../metrics/define-metric.ts';
import { isNumeric } from '../../../model/field.ts';
import type { EventData, FieldValue } from '../../../model/event.ts';
import { nearestName } from '../../../query/nearest-name.ts';
import { CommandError } from '../command-error.ts';
import { argument, defineCommand, restArgument, valueOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { dropText } from '../store-lines.ts';
import { formatCount } from '../terminal/units.ts';

function metricOf(collector: MetricsCollector, name: string): Metric {
  const metric = collector.catalogue.get(name);
  if (metric !== undefined) return metric;
  const near = nearestName(name, [...collector.catalogue.keys()]);
  throw new CommandError(
    'WRONG_USAGE',
    `There is no metric "${name}".`,
    near === undefined ? 'Run `amicus-metrics metrics` for the list.' : `Did you mean ${near}?`,
  );
}

/** A field's value from the command line: by what the metric declares the field to be, else as text. */
function fieldValue(metric: Metric, name: string, text: string): FieldValue {
  const field = metric.fields[name];
  if (field === undefined) return text;
  if (isNumeric(field) && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (field.kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  if (field.kind === 'names') return text.split(',').filter((part) => part !== '');
  return text;
}

const badJson = (why: string): CommandError =>
  new CommandError('BAD_INPUT', `That is no JSON object: ${why}.`, 'For example \'{"task_id":"task-42"}\'.');

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badJson('it cannot be parsed');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badJson('it is something else');
  return value as Record<string, unknown>;
}

function dataOf(metric: Metric, parts: readonly string[]): EventData {
  const [first] = parts;
  if (parts.length === 1 && first?.trimStart().startsWith('{') === true) return parseObject(first) as EventData;
  return Object.fromEntries(
    parts.map((part) => {
      const [, name, text] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
      if (name === undefined || text === undefined) {
        throw new CommandError(
          'WRONG_USAGE',
          `"${part}" is neither field=value nor a JSON object.`,
          `For example: amicus-metrics record ${metric.name} ${Object.keys(metric.fields).slice(-1).join('')}=…`,
        );
      }
      return [name, fieldValue(metric, name, text)];
    }),
  );
}

/** Events from standard input, one JSON object a line: `{"metric": …, "timestamp": …, "data": {…}}`. */
async function recordLines(context: CommandContext, collector: MetricsCollector): Promise<number> {
  let taken = 0;
  let number = 0;
  for await (const line of createInterface({ input: context.stdin, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    let event: Record<string, unknown>;
    try {
      event = parseObject(line);
    } catch {
      throw new CommandError(
        'BAD_INPUT',
        `Line ${number} of standard input is no JSON object.`,
        'Lines before it were recorded.',
      );
    }
    const { metric, timestamp, data } = event;
    if (typeof metric !== 'string') {
      throw new CommandError(
        'BAD_INPUT',
        `Line ${number} of standard input names no metric.`,
        'Each line needs "metric".',
      );
    }
    const options = typeof timestamp === 'number' ? { timestamp } : {};
    if (collector.record(metricOf(collector, metric), (data ?? {}) as never, options)) taken += 1;
  }
  return taken;
}

async function finish(context: CommandContext, collector: MetricsCollector, taken: number): Promise<ExitCode> {
  await collector.flush();
  const { recorded, dropped, unwritable } = collector.health();
  if (context.format === 'json') context.printJson({ recorded, accepted: taken, dropped });
  const lost = Object.keys(dropped).length > 0;
  if (unwritable !== undefined) context.note(`Nothing could be written: ${unwritable}`);
  else if (lost) context.note(`${formatCount(taken)} of ${formatCount(recorded)} recorded; ${dropText(dropped)}.`);
  return taken === recorded && unwritable === undefined ? EXIT.ok : EXIT.failed;
}

function parseTimestamp(text: string, flag: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1_000;
  if (Number.isFinite(seconds)) return seconds;
  throw new CommandError(
    'WRONG_USAGE',
    `${flag} needs a moment, and got "${text}".`,
    'For example 2026-11-24T10:00:00Z, or seconds since 1970.',
  );
}

export const recordCommand = defineCommand({
  description:
    'Records an event, from a shell script or a hook. Fields are given as field=value or as one JSON object; lists of ' +
    'names with commas. `record -` reads events from standard input, one JSON object a line with metric, data and ' +
    'perhaps timestamp. Says nothing when all is well; exit code 1 when an event was refused.',
  arguments: {
    metric: argument('such as task.completed; - for standard input'),
    fields: restArgument('field=value …'),
  },
  options: {
    at: valueOption('<time>', 'when it happened; default: now', { parse: parseTimestamp }),
    identity: valueOption('<key>', 'what it was derived from: recorded again under the same key, it counts once'),
  },
  examples: [
    {
      line: 'amicus-metrics record task.completed task_id=task-42 node_id=Node-X9J2 duration_seconds=400 outcome=success',
      doc: 'one event',
    },
    { line: 'amicus-metrics record tests.executed \'{"total_tests": 40, "passed": 40}\'', doc: 'the same as JSON' },
  ],
  async run(context, { arguments: { metric: name, fields }, options }) {
    const collector = await context.recordingCollector();
    if (name === '-') return finish(context, collector, await recordLines(context, collector));
    const metric = metricOf(collector, name);
    const taken = collector.record(metric, dataOf(metric, fields) as never, {
      timestamp: options.at,
      identity: options.identity,
    });
    return finish(context, collector, taken ? 1 : 0);
  },
});
