import { Alert, SimpleGrid, Stack } from '@mantine/core';

import { useAnswer } from '../data/ask.ts';
import { useSpan } from '../data/url-state.ts';
import { Answer, EmptyState } from '../parts/states.tsx';
import { NodeQuality } from './quality/node-quality.tsx';
import { LinesOverTime, TestsOverTime } from './quality/over-time.tsx';
import { QualityTiles } from './quality/quality-tiles.tsx';
import { Suites } from './quality/suites.tsx';

/** How good what was done is, as far as tests, second turns and changes of files tell. */
export function QualityPage() {
  const quality = useAnswer('/quality', useSpan());
  return (
    <Answer of={quality} height={320}>
      {(told) =>
        told.completed === 0 && told.tests.runs + told.tests.runsWithoutTask === 0 && told.churn.tasks === 0 ? (
          <EmptyState
            title="No task ended, and no test ran, in this time."
            command="amicus-metrics run-tests -- npm test"
          >
            Widen the time above. Tests are told by their reports, or by running them through amicus-metrics.
          </EmptyState>
        ) : (
          <Stack>
            {told.complete ? null : (
              <Alert color="orange" variant="light">
                There were more events than are read, or single events of a part of this time have expired: figures are
                of what is left, the newest.
              </Alert>
            )}
            <QualityTiles quality={told} />
            <Suites tests={told.tests} />
            <SimpleGrid cols={{ base: 1, lg: 2 }}>
              <TestsOverTime />
              <LinesOverTime />
            </SimpleGrid>
            <NodeQuality />
          </Stack>
        )
      }
    </Answer>
  );
}
