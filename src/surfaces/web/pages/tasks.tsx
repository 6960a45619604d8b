import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDeferredValue, useMemo } from 'react';

import { formatCount, formatSeconds } from '../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { MOMENTS } from '../data/moments.ts';
import { usePathId } from '../data/path-id.ts';
import { useSpan, useUrlValue } from '../data/url-state.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { NodeLink, TaskLink } from '../parts/entity-link.tsx';
import { Name } from '../parts/name.tsx';
import { OutcomeBadge } from '../parts/outcome-badge.tsx';
import { Answer, EmptyState } from '../parts/states.tsx';
import { TaskPage } from './task.tsx';

type Task = AnswerOf<'/tasks'>['tasks'][number];

/** All tasks of a time, or one of them where the address names it. */
export function TasksPage() {
  const id = usePathId('/tasks');
  return id === undefined ? <TaskList /> : <TaskPage key={id} id={id} />;
}

function TaskList() {
  const tasks = useAnswer('/tasks', useSpan());
  return (
    <Answer of={tasks} height={480}>
      {({ tasks: all, complete }) =>
        all.length === 0 ? (
          <EmptyState title="Nothing happened to a task in this time." command="amicus-metrics example">
            Look further back with the picker above; or write the history of an invented cluster and look at that.
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <FilteredTasks all={all} />
            {complete ? null : (
              <Text size="sm" c="dimmed">
                This time has more task events than are read at once: older tasks are missing. Pick a shorter time to
                see them.
              </Text>
            )}
          </Stack>
        )
      }
    </Answer>
  );
}

function FilteredTasks({ all }: { all: readonly Task[] }) {
  const [state, setState] = useUrlValue('state', '');
  const [priority, setPriority] = useUrlValue('priority', '');
  const [node, setNode] = useUrlValue('node', '');
  const [text, setText] = useUrlValue('text', '');
  const [sort, setSort] = useUrlValue('sort', '-last');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const shown = useMemo(
    () =>
      all.filter(
        (task) =>
          (state === '' || stateOf(task) === state) &&
          (priority === '' || (task.priority ?? NONE) === priority) &&
          (node === '' || (task.nodeId ?? NONE) === node) &&
          task.taskId.toLowerCase().includes(wanted),
      ),
    [all, node, priority, state, wanted],
  );
  const clear = (): void => {
    for (const set of [setState, setPriority, setNode, setText]) set('');
  };
  return (
    <>
      <Group align="end" gap="sm">
        <TextInput
          label="Id contains"
          size="xs"
          w={180}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <WordFilter label="State" value={state} onChange={setState} words={all.map(stateOf)} />
        <WordFilter label="Priority" value={priority} onChange={setPriority} words={all.map(priorityOf)} />
        <WordFilter label="Node" value={node} onChange={setNode} words={all.map(nodeOf)} />
        <Text size="sm" c="dimmed" role="status">
          {shown.length === all.length
            ? `${formatCount(all.length)} tasks`
            : `${formatCount(shown.length)} of ${formatCount(all.length)} tasks`}
        </Text>
      </Group>
      {shown.length === 0 ? (
        <Stack align="center" gap={0}>
          <EmptyState title="No task is like that." />
          <Button size="xs" variant="default" onClick={clear}>
            Show all
          </Button>
        </Stack>
      ) : (
        <DataTable
          label="Tasks"
          columns={COLUMNS}
          rows={shown}
          keyOf={({ taskId }) => taskId}
          sort={sort}
          onSort={setSort}
          height="calc(100dvh - 190px)"
          minWidth={940}
        />
      )}
    </>
  );
}

/** Stands in a filter for what names none. */
const NONE = '(none)';
/** Ended ones by how they ended: that is what one looks for. */
const stateOf = ({ state, outcome }: Task): string => outcome ?? state;
const priorityOf = ({ priority }: Task): string => priority ?? NONE;
const nodeOf = ({ nodeId }: Task): string => nodeId ?? NONE;

function WordFilter({
  label,
  value,
  onChange,
  words,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  words: readonly string[];
}) {
  const known = [...new Set([...words, ...(value === '' ? [] : [value])])].sort();
  return (
    <Select
      label={label}
      size="xs"
      w={150}
      placeholder="any"
      clearable
      searchable={known.length > 8}
      data={known}
      value={value === '' ? null : value}
      onChange={(picked) => onChange(picked ?? '')}
    />
  );
}

const PRIORITIES = ['high', 'medium', 'low', 'other'];

const COLUMNS: readonly Column<Task>[] = [
  {
    key: 'task',
    title: 'task',
    show: ({ taskId }) => <TaskLink id={taskId} />,
    sortBy: ({ taskId }) => taskId,
  },
  { key: 'state', title: 'state', show: (task) => <OutcomeBadge of={stateOf(task)} />, sortBy: stateOf },
  {
    key: 'node',
    title: 'node',
    show: ({ nodeId }) => <NodeLink id={nodeId} none="–" />,
    sortBy: ({ nodeId }) => nodeId,
  },
  {
    key: 'priority',
    title: 'priority',
    show: ({ priority }) => (priority === undefined ? '–' : <Name of={priority} />),
    sortBy: ({ priority }) => (priority === undefined ? undefined : PRIORITIES.indexOf(priority)),
  },
  {
    key: 'tries',
    title: 'tries',
    isNumber: true,
    show: ({ attempts }) => attempts,
    sortBy: ({ attempts }) => attempts,
  },
  {
    key: 'queued',
    title: 'queued',
    isNumber: true,
    show: ({ queueSeconds }) => formatSeconds(queueSeconds),
    sortBy: ({ queueSeconds }) => queueSeconds,
  },
  {
    key: 'worked',
    title: 'worked',
    isNumber: true,
    show: ({ workSeconds }) => formatSeconds(workSeconds),
    sortBy: ({ workSeconds }) => workSeconds,
  },
  {
    key: 'last',
    title: 'last event',
    isNumber: true,
    show: ({ lastMicros }) => MOMENTS.dateTime(lastMicros),
    sortBy: ({ lastMicros }) => lastMicros,
  },
];
