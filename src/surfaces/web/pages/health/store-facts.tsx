import { Table } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';

import { ABSENT, formatBytes, formatCount } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer } from '../../parts/states.tsx';

type Health = AnswerOf<'/health'>;

/** Where everything is kept, how much of it there is, and until when. */
export function StoreFacts({ health }: { health: UseQueryResult<Health> }) {
  return (
    <Panel title="Store">
      <Answer of={health} height={240}>
        {(told) => (
          <Table fz="sm" variant="vertical" layout="fixed">
            <Table.Tbody>
              {factsOf(told).map(([title, fact]) => (
                <Table.Tr key={title}>
                  <Table.Th w={{ base: 112, sm: 160 }}>{title}</Table.Th>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{fact}</Table.Td>
                </Table.Tr>
              ))}
              <Table.Tr>
                <Table.Th>File</Table.Th>
                <Table.Td>
                  <Name of={told.store.path} />
                  {told.store.readOnly ? ' (read-only)' : ''}
                </Table.Td>
              </Table.Tr>
              <Table.Tr>
                <Table.Th>State file</Table.Th>
                <Table.Td>
                  {told.stateFile.map((finding) => (
                    <div key={finding}>{finding}</div>
                  ))}
                </Table.Td>
              </Table.Tr>
            </Table.Tbody>
          </Table>
        )}
      </Answer>
    </Panel>
  );
}

function factsOf({ store, retention }: Health): readonly (readonly [string, string])[] {
  const moment = (micros: number | undefined): string => (micros === undefined ? ABSENT : MOMENTS.dateTime(micros));
  const expired =
    store.rawFromMicros > 0 ? `before ${moment(store.rawFromMicros)}; hourly and daily figures remain` : 'nothing yet';
  return [
    ['Single events', `from ${moment(store.oldestMicros)} to ${moment(store.newestMicros)}`],
    ['They are kept', `${formatCount(retention.rawDays)} days; expired: ${expired}`],
    ['Rollups are kept', `${formatCount(retention.rollupDays)} days: figures of hours and days`],
    ['Spool', `${formatBytes(store.spoolBytes)} in ${formatCount(store.spoolSegments)} files`],
  ];
}
