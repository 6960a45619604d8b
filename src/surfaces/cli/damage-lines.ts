import type { MetricsCollector } from '../../metrics-collector.ts';
import type { CommandContext } from './context.ts';
import { momentFormat } from './terminal/moments.ts';
import { printable } from './terminal/printable.ts';
import { progressBar } from './terminal/progress-bar.ts';
import { formatMany } from './terminal/units.ts';

type BlockCheck = Awaited<ReturnType<MetricsCollector['verify']>>;

/** Read all sealed events, and show how far that has come. */
export async function verifyBlocks(context: CommandContext, collector: MetricsCollector): Promise<BlockCheck> {
  const bar = progressBar(context.stderr, context.clock, context.style, 'Reading blocks');
  try {
    return await collector.verify((part) => bar.update(part, ''));
  } finally {
    bar.end();
  }
}

/** One sentence for each span of events that cannot be read: which, when, and what still tells of them. */
export function damageLines(context: CommandContext, damaged: BlockCheck['damaged']): string[] {
  const moments = momentFormat(context.timeZone);
  return damaged.map(({ metric, fromMicros, toMicros, events }) => {
    const span = `from ${moments.dateTime(fromMicros)} to ${moments.dateTime(toMicros)}`;
    return `${formatMany(events, 'event')} of ${printable(metric)} ${span} cannot be read, because the file was damaged. Their rollups remain.`;
  });
}

/** The same of figures that are lost, of events that had expired. */
export function lostFigureLines(context: CommandContext, damaged: BlockCheck['damagedRollups']): string[] {
  const moments = momentFormat(context.timeZone);
  return damaged.map(({ metric, fromMicros, toMicros }) => {
    const span = `from ${moments.dateTime(fromMicros)} to ${moments.dateTime(toMicros)}`;
    return `The figures of ${printable(metric)} ${span} are lost, because the file was damaged. The events had expired.`;
  });
}

/** The sentence for names that cannot be read; none when all can. */
export function nameDamageLines(unreadableNames: number): string[] {
  if (unreadableNames === 0) return [];
  return [
    `${formatMany(unreadableNames, 'name')} of tasks, nodes, files and the like cannot be read, because the file was damaged. Events are shown without them.`,
  ];
}

/** What to do about it. */
export const DAMAGE_HINT =
  'A backup from before the damage has them: `amicus-metrics restore`. Check the disk that holds the store.';
