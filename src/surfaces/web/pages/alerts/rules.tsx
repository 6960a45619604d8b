import { Badge, Button, Group, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';

import { ruleFigure, ruleText } from '../../../cli/alert-lines.ts';
import { ABSENT } from '../../../cli/terminal/units.ts';
import { type AnswerOf, post } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { queryClient } from '../../data/query-client.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { AlertBadge } from './alert-badge.tsx';

type Alerts = AnswerOf<'/alerts'>;
export type AlertRule = Alerts['rules'][number];
type Status = Alerts['statuses'][number];

const NO_WRAP = { whiteSpace: 'nowrap' } as const;
const FIRING: readonly Status['memory']['state'][] = ['warn', 'critical', 'no_data'];

/** Every rule with the state of each of its groups, and what can be decided about it. */
export function Rules({
  rules,
  statuses,
  picked,
  onPick,
}: {
  rules: readonly AlertRule[];
  statuses: readonly Status[];
  picked: string | undefined;
  onPick: (rule: string) => void;
}) {
  const decide = useMutation({
    mutationFn: async (body: { rule: string; group?: string; decision: 'acknowledge' | 'resolve' }) =>
      (await post('/alerts/acknowledgements', body)) as { readonly says: string },
    onSettled: async () => queryClient.invalidateQueries(),
  });
  return (
    <Panel title="Rules" note="States change while amicus-metrics up runs; figures are of now.">
      <Table.ScrollContainer minWidth={1040}>
        <Table fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>rule</Table.Th>
              <Table.Th>of</Table.Th>
              <Table.Th>state</Table.Th>
              <Table.Th>since</Table.Th>
              <Table.Th ta="right">now</Table.Th>
              <Table.Th ta="right">warn</Table.Th>
              <Table.Th ta="right">critical</Table.Th>
              <Table.Th>tells</Table.Th>
              <Table.Th>decide</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {statuses.map((status) => {
              const rule = rules.find(({ name }) => name === status.rule);
              return rule === undefined ? null : (
                <StatusRow
                  key={`${status.rule} ${status.group ?? ''}`}
                  rule={rule}
                  status={status}
                  isPicked={rule.name === picked}
                  isDeciding={decide.isPending}
                  onPick={onPick}
                  onDecide={(decision) =>
                    decide.mutate({
                      rule: rule.name,
                      decision,
                      ...(status.group === undefined ? {} : { group: status.group }),
                    })
                  }
                />
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c={decide.isError ? 'red' : 'dimmed'} role="status">
        {decide.isError ? decide.error.message : (decide.data?.says ?? '')}
      </Text>
    </Panel>
  );
}

function StatusRow({
  rule,
  status: { group, memory, value, rank = 0, problem },
  isPicked,
  isDeciding,
  onPick,
  onDecide,
}: {
  rule: AlertRule;
  status: Status;
  isPicked: boolean;
  isDeciding: boolean;
  onPick: (rule: string) => void;
  onDecide: (decision: 'acknowledge' | 'resolve') => void;
}) {
  const fires = FIRING.includes(memory.state);
  return (
    <Table.Tr {...(isPicked ? { bg: 'var(--mantine-color-default-hover)' } : {})}>
      <Table.Td>
        <UnstyledButton
          fz="sm"
          td="underline"
          aria-label={`Test ${rule.name} on the past`}
          aria-pressed={isPicked}
          onClick={() => onPick(rule.name)}
        >
          <Name of={rule.name} />
        </UnstyledButton>
        {group === undefined ? null : (
          <Text size="xs" c="dimmed">
            <Name of={group} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>{ruleText(rule)}</Table.Td>
      <Table.Td style={problem === undefined ? NO_WRAP : {}}>
        {problem === undefined ? (
          <Stack gap={2} align="start">
            <AlertBadge of={memory.state} />
            {memory.acknowledged === undefined ? null : <Text size="xs">acknowledged</Text>}
          </Stack>
        ) : (
          <>
            <Badge variant="light" color="orange" tt="none">
              cannot tell
            </Badge>
            <Text size="xs">{problem}</Text>
          </>
        )}
      </Table.Td>
      <Table.Td style={NO_WRAP}>{memory.sinceMicros === 0 ? ABSENT : MOMENTS.dateTime(memory.sinceMicros)}</Table.Td>
      <Table.Td ta="right" style={NO_WRAP}>
        <Text span size="sm" {...(rank === 0 ? {} : { fw: 700 })}>
          {ruleFigure(rule, value)}
        </Text>
      </Table.Td>
      <Level rule={rule} level="warn" />
      <Level rule={rule} level="critical" />
      <Table.Td>{rule.notify.join(', ')}</Table.Td>
      <Table.Td>
        {fires ? (
          <Group gap={4} wrap="nowrap">
            <Button
              size="compact-xs"
              disabled={isDeciding || memory.acknowledged !== undefined}
              aria-label={`Acknowledge ${rule.name}${group === undefined ? '' : ` of ${group}`}`}
              onClick={() => onDecide('acknowledge')}
            >
              Acknowledge
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              disabled={isDeciding}
              aria-label={`It is over: ${rule.name}${group === undefined ? '' : ` of ${group}`}`}
              onClick={() => onDecide('resolve')}
            >
              It is over
            </Button>
          </Group>
        ) : (
          ABSENT
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Level({ rule, level }: { rule: AlertRule; level: 'warn' | 'critical' }) {
  const value = rule.kind === 'finding' ? undefined : rule[level];
  return (
    <Table.Td ta="right" style={NO_WRAP}>
      {rule.kind === 'finding' || value === undefined
        ? ABSENT
        : `${rule.direction === 'above' ? '>' : '<'} ${ruleFigure(rule, value)}`}
    </Table.Td>
  );
}
