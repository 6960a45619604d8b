import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { lengthText, percentText, RESOURCE_WORDS } from '../../../cli/clock-words.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { NodeLink, TaskLink } from '../../parts/entity-link.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ScrollRegion } from '../../parts/scroll-region.tsx';
import { EmptyState } from '../../parts/states.tsx';

type Path = NonNullable<AnswerOf<'/clock'>['path']>;
type Resource = Path['resources'][number];

const SHOWN_RESOURCES = 10;
const SHOWN_TASKS = 6;

/** What the end of the last run waited for; each moment of the run is told once. */
export function CriticalPath({ path }: { path: Path | undefined }) {
  if (path === undefined) {
    return (
      <Panel title="Critical path of the last run">
        <EmptyState title="No task ended in this time." />
      </Panel>
    );
  }
  const whole = path.toMicros - path.fromMicros;
  const tasks = path.tasks.filter(({ taskId }) => taskId !== undefined).slice(0, SHOWN_TASKS);
  return (
    <Panel
      title="Critical path of the last run"
      note={`${MOMENTS.dateTime(path.fromMicros)} to ${MOMENTS.dateTime(path.toMicros)}, ${lengthText(whole)}. Amicus knows of no dependencies: it is followed back from what ended last.`}
    >
      <ScrollRegion label="What the end of the run waited for" minWidth={440}>
        <Table fz="sm" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>the end waited for</Table.Th>
              <Table.Th ta="right">exclusive time</Table.Th>
              <Table.Th ta="right">of the run</Table.Th>
              <Table.Th w="28%">
                <span className="for-readers-only">bar</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {path.resources.slice(0, SHOWN_RESOURCES).map((resource) => (
              <Table.Tr key={`${resource.kind} ${resource.id ?? ''}`}>
                <Table.Td>{wordsOf(resource)}</Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {lengthText(resource.micros)}
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {percentText(resource.micros, whole)}
                </Table.Td>
                <Table.Td>
                  <div className="bar-track">
                    <div
                      className="bar-fill"
                      style={{ width: `${whole === 0 ? 0 : (resource.micros / whole) * 100}%` }}
                    />
                  </div>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
      {tasks.length === 0 ? null : (
        <Text size="sm" mt="sm">
          {path.tasks.length > tasks.length ? 'Longest tasks on it: ' : 'Tasks on it: '}
          {tasks.map(({ taskId, micros }, place) => (
            <span key={taskId}>
              {place === 0 ? '' : ', '}
              <TaskLink id={taskId} /> ({lengthText(micros)})
            </span>
          ))}
        </Text>
      )}
    </Panel>
  );
}

/** What the path lay with, in words. */
function wordsOf({ kind, id }: Resource): ReactNode {
  switch (kind) {
    case 'node':
      return (
        <>
          work of <NodeLink id={id} />
        </>
      );
    case 'standstill':
      return (
        <>
          <NodeLink id={id} />, which had it and stood still
        </>
      );
    case 'lock':
      return id === undefined ? (
        'the lock'
      ) : (
        <>
          the lock, held by <NodeLink id={id} />
        </>
      );
    default:
      return RESOURCE_WORDS[kind];
  }
}
