import { Box, SegmentedControl, SimpleGrid, Stack } from '@mantine/core';

import { useAnswer } from '../data/ask.ts';
import { useSpan, useUrlValue } from '../data/url-state.ts';
import { Panel } from '../parts/panel.tsx';
import { Answer } from '../parts/states.tsx';
import { Attribution } from './cost/attribution.tsx';
import { Budgets } from './cost/budgets.tsx';
import { CostNotes } from './cost/cost-notes.tsx';
import { CostTable } from './cost/cost-table.tsx';
import { CostTiles } from './cost/cost-tiles.tsx';
import { DailySpend } from './cost/daily-spend.tsx';
import { DIMENSIONS, toDimension } from './cost/dimension.ts';

/** What requests to models cost, by whatever one asks for, and whether the budgets will hold. */
export function CostPage() {
  const span = useSpan();
  const [word, setDimension] = useUrlValue('by', 'model');
  const dimension = toDimension(word);
  const costs = useAnswer('/costs', { ...span, by: dimension });
  // The ways in which costs became known are told only where tasks and nodes are told apart.
  const attributed = useAnswer('/costs', { ...span, by: ['node', 'task'] });
  return (
    <Stack>
      <Answer of={costs} height={112}>
        {(told) => <CostTiles costs={told} tasksKnownBy={attributed.data?.tasksKnownBy} />}
      </Answer>
      <Box maw="100%" style={{ overflowX: 'auto' }}>
        <SegmentedControl
          size="xs"
          aria-label="What costs are told by"
          data={[...DIMENSIONS]}
          value={dimension}
          onChange={setDimension}
        />
      </Box>
      <Panel title={`By ${dimension}`}>
        <Answer of={costs} height={240}>
          {(told) => <CostTable costs={told} dimension={dimension} />}
        </Answer>
      </Panel>
      <DailySpend dimension={dimension} />
      <Budgets />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Attribution costs={attributed} />
        <CostNotes costs={costs} />
      </SimpleGrid>
    </Stack>
  );
}
