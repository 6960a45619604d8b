import { Group, Text } from '@mantine/core';

import { formatCount, formatShare } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { IntervalMark } from '../../parts/interval-mark.tsx';

export type Efficiency = AnswerOf<'/node-efficiency'>;
type Compared = Efficiency['nodes'][number];

const JUDGEMENTS = { faster: 'faster', slower: 'slower', no_difference: 'no difference seen' } as const;
const TONES = { faster: 'green', slower: 'red', no_difference: 'dimmed' } as const;

/** `1.20 × (1.05 to 1.38)`: its time for like tasks by that of others. */
export const ratioText = ({ ratio, low, high }: { ratio: number; low: number; high: number }): string =>
  `${ratio.toFixed(2)} × (${low.toFixed(2)} to ${high.toFixed(2)})`;

/** How a node's time compares with that of others at like tasks, or that there are too few. */
export function SpeedCell({ speed }: { speed: Compared['speed'] | undefined }) {
  if (speed === undefined) return <span>–</span>;
  if (speed.state === 'too_few') {
    return (
      <Text size="sm" c="dimmed">
        too few ({formatCount(speed.attempts)} against {formatCount(speed.others)})
      </Text>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <IntervalMark {...speed} />
      <div style={{ whiteSpace: 'nowrap' }}>
        <div>{ratioText(speed)}</div>
        <Text size="xs" c={TONES[speed.state]}>
          {JUDGEMENTS[speed.state]}
        </Text>
      </div>
    </Group>
  );
}

/** `163 of 191 (85 %)` of the ended attempts whose outcome is known. */
export const successText = (success: Compared['success'] | undefined): string =>
  success === undefined || success.total === 0 ? '–' : formatShare(success.hits, success.total);

/** A part of the time in which a node worked, idled or waited. */
export const busyText = (busyShare: number | undefined): string =>
  busyShare === undefined ? '–' : `${Math.round(busyShare * 100)} %`;
