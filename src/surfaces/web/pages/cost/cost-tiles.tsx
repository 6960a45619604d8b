import { SimpleGrid } from '@mantine/core';

import { totalInput } from '../../../../analysis/ledger/figures.ts';
import { valueText } from '../../../cli/figure-text.ts';
import { ABSENT, formatCount, formatUsd } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { Tile } from '../../parts/tile.tsx';

type Costs = AnswerOf<'/costs'>;

/** What is known of the cost, what of it is whose word, and what is not known. */
export function CostTiles({
  costs: { total },
  tasksKnownBy,
}: {
  costs: Costs;
  tasksKnownBy: Costs['tasksKnownBy'] | undefined;
}) {
  const { usage } = total;
  const input = totalInput(usage);
  const nobodys = tasksKnownBy?.find(({ key }) => key['way'] === undefined)?.usage;
  return (
    <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }}>
      <Tile label="Cost" value={formatUsd(usage.cost?.usd)} note={costNote(total)} />
      <Tile
        label="Reported by clients"
        value={formatUsd(usage.reported?.usd)}
        note={ofEvents(usage.reportedEvents, usage.events)}
      />
      <Tile
        label="Computed from list prices"
        value={formatUsd(usage.computed?.usd)}
        note={`${ofEvents(usage.computedEvents, usage.events)}, an estimate`}
      />
      <Tile
        label="Without a price"
        value={formatCount(usage.unpricedEvents)}
        note={`${ofEvents(undefined, usage.events)}; not counted as 0`}
        {...(usage.unpricedEvents > 0 ? { tone: 'orange' } : {})}
      />
      <Tile
        label="Of no known task"
        value={nobodys === undefined ? noneOr(tasksKnownBy) : formatUsd(nobodys.cost?.usd)}
        note={nobodys === undefined ? 'of the cost' : `${formatCount(nobodys.events)} events, in the cost`}
      />
      <Tile
        label="Input from the cache"
        value={input === 0 ? ABSENT : valueText(usage.cachedTokens / input, 'share')}
        note={`of ${formatCount(input)} input tokens, cache writes included`}
      />
    </SimpleGrid>
  );
}

/** Nothing of what is told is nobody's; of nothing told there is nothing to say. */
const noneOr = (ways: Costs['tasksKnownBy'] | undefined): string =>
  ways === undefined || ways.length === 0 ? ABSENT : formatUsd(0);

const ofEvents = (part: number | undefined, whole: number): string =>
  `${part === undefined ? '' : `${formatCount(part)} `}of ${formatCount(whole)} events`;

/** What is billed where a flat plan covers a part; else how many requests it was. */
function costNote({ usage: { billed, flatPlan, requests } }: Costs['total']): string {
  return flatPlan === undefined || flatPlan.usd === 0
    ? `${formatCount(requests)} requests`
    : `billed ${formatUsd(billed?.usd)}; flat plans cover the rest`;
}
