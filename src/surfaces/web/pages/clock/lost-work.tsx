import { Text } from '@mantine/core';
import { useMemo } from 'react';

import { lengthText } from '../../../cli/clock-words.ts';
import { formatSeconds } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { NodeLink, TaskLink } from '../../parts/entity-link.tsx';
import { Panel } from '../../parts/panel.tsx';

type Clock = AnswerOf<'/clock'>;
type Loss = {
  readonly key: string;
  readonly taskId: string;
  readonly nodeId: string | undefined;
  readonly byNodeId: string | undefined;
  readonly what: string;
  readonly seconds: number;
  readonly text: string;
};

/** Claims that nobody worked at, and turns that another turn did again. */
export function LostWork({ clock: { zombies, repeated } }: { clock: Clock }) {
  const rows = useMemo(
    (): readonly Loss[] => [
      ...zombies.map(({ taskId, nodeId, fromMicros, toMicros, open }) => ({
        key: `claim ${taskId} ${fromMicros}`,
        taskId,
        nodeId,
        byNodeId: undefined,
        what: open ? 'has it, and nobody works at it' : 'had it, and nobody worked at it',
        seconds: (toMicros - fromMicros) / 1e6,
        text: lengthText(toMicros - fromMicros),
      })),
      ...repeated.map(({ taskId, nodeId, byNodeId, lostSeconds }, place) => ({
        key: `turn ${taskId} ${place}`,
        taskId,
        nodeId,
        byNodeId,
        what: 'done again by',
        seconds: lostSeconds,
        text: formatSeconds(lostSeconds),
      })),
    ],
    [repeated, zombies],
  );
  return (
    <Panel title="Lost" note="Claims that nobody worked at, and turns that led to nothing and were done again.">
      {rows.length === 0 ? (
        <Text c="dimmed">Nothing was lost in this time.</Text>
      ) : (
        <DataTable
          label="What was lost"
          rows={rows}
          keyOf={({ key }) => key}
          sortedBy="-time"
          minWidth={520}
          columns={[
            {
              key: 'task',
              title: 'task',
              show: ({ taskId }) => <TaskLink id={taskId} />,
              sortBy: ({ taskId }) => taskId,
            },
            {
              key: 'node',
              title: 'node',
              show: ({ nodeId }) => <NodeLink id={nodeId} />,
              sortBy: ({ nodeId }) => nodeId,
            },
            {
              key: 'what',
              title: 'what',
              show: ({ what, byNodeId }) => (
                <>
                  {what} {what.endsWith('by') ? <NodeLink id={byNodeId} /> : null}
                </>
              ),
              sortBy: ({ what }) => what,
            },
            { key: 'time', title: 'time', isNumber: true, show: ({ text }) => text, sortBy: ({ seconds }) => seconds },
          ]}
        />
      )}
    </Panel>
  );
}
