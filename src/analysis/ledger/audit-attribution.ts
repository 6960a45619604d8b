import { type AuditCheck, auditCheck } from './audit-check.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { type LedgerSum, sumLines, waysOf } from './ledger.ts';
import { readUsage } from './read-usage.ts';
import type { UsageLine } from './usage-line.ts';

const FIELDS = { node: 'node_id', task: 'task_id' } as const;

/**
 * Told, concluded and unattributed usage together are all usage, to the nano-dollar: the sum of the joined lines against
 * the same usage read without any join. And what is told is as much as the store has told.
 */
export async function attributionCheck(
  ask: EventAnswerer,
  span: { readonly since: number; readonly until: number },
  joined: readonly UsageLine[],
): Promise<AuditCheck> {
  const plain = await readUsage(ask, span, { fields: [], byDay: false });
  const whole = sumLines({}, plain.lines).figures;
  const problems: string[] = [];
  const figures: string[] = [];
  for (const part of ['node', 'task'] as const) {
    const ways = waysOf(joined, part);
    const nanos = ways.reduce((sum, way) => sum + way.figures.costNanos, 0n);
    const events = ways.reduce((sum, way) => sum + way.figures.events, 0);
    if (nanos !== whole.costNanos || events !== whole.events) {
      problems.push(
        `By ${part}: ${events} events of ${nanos} nano-dollars with and without one, ` +
          `${whole.events} of ${whole.costNanos} in all.`,
      );
    }
    const told = ways.find(({ key }) => key['way'] === 'told')?.figures.events ?? 0;
    const { rows } = await ask.aggregate({
      metric: 'tokens.consumed',
      ...span,
      filters: { [FIELDS[part]]: { present: true } },
      aggregations: ['count'],
    });
    const stored = Number(rows[0]?.values['count'] ?? 0);
    if (told !== stored) problems.push(`Of a told ${part}: ${told} events in the ledger, ${stored} in the store.`);
    figures.push(`by ${part}: ${ways.map(wayText).join(' + ')}`);
  }
  return auditCheck(
    'attributed and unattributed equal all',
    `${figures.join('; ')} = ${whole.costNanos} nano-dollars`,
    problems,
  );
}

const wayText = ({ key, figures }: LedgerSum): string => `${figures.costNanos} ${key['way'] ?? 'unattributed'}`;
