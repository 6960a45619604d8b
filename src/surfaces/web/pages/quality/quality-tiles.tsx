import { SimpleGrid } from '@mantine/core';

import { valueText } from '../../../cli/figure-text.ts';
import { ABSENT, formatCount } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { Tile } from '../../parts/tile.tsx';
import { intervalText, type Share, shareText } from './share-text.ts';

type Quality = AnswerOf<'/quality'>;

/** The shares that say most, each with its whole and its interval. */
export function QualityTiles({ quality }: { quality: Quality }) {
  const { tests, accepted, reworkAfterSuccess, reworkAfterOther, churn } = quality;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <ShareTile label="Tests pass when first run" share={tests.firstRun} whole="suites in tasks" />
      <ShareTile label="Tests pass when last run" share={tests.lastRun} whole="suites in tasks" />
      <ShareTile label="Accepted" share={accepted} whole="tasks that ended" />
      <ShareTile label="Taken up again after a success" share={reworkAfterSuccess} whole="tasks that ended" />
      <ShareTile label="Taken up again after another end" share={reworkAfterOther} whole="tasks that ended" />
      <ShareTile label="Changed again within 3 days" share={churn.changedAgain} whole="tasks with known files" />
      <Tile
        label="Lines changed"
        value={`+${formatCount(churn.linesAdded)} −${formatCount(churn.linesDeleted)}`}
        note={`by ${formatCount(churn.tasks)} tasks; of these +${formatCount(churn.againLinesAdded)} −${formatCount(churn.againLinesDeleted)} in files that were changed again`}
      />
      <Complexity complexity={churn.complexity} />
    </SimpleGrid>
  );
}

function ShareTile({ label, share, whole }: { label: string; share: Share; whole: string }) {
  const interval = intervalText(share);
  return (
    <Tile
      label={label}
      value={shareText(share)}
      note={`${formatCount(share.hits)} of ${formatCount(share.total)} ${whole}${interval === undefined ? '' : `; ${interval}`}`}
    />
  );
}

function Complexity({
  complexity: { tasks, total, median, low, high },
}: {
  complexity: Quality['churn']['complexity'];
}) {
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${valueText(value, 'count')}`;
  const interval = low === undefined || high === undefined ? '' : `, 95 %: ${signed(low)} to ${signed(high)}`;
  return (
    <Tile
      label="Growth of complexity"
      value={tasks === 0 ? ABSENT : signed(total)}
      note={
        tasks === 0 || median === undefined
          ? 'of no task is it known'
          : `in all, of ${formatCount(tasks)} tasks; the middle one ${signed(median)}${interval}`
      }
    />
  );
}
