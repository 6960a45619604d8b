import { Group, NumberInput, Select, Stack, Table, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';

import { ruleFigure, ruleText } from '../../../cli/alert-lines.ts';
import { formatCount, formatSeconds } from '../../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { useSpan, useUrlValue } from '../../data/url-state.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer } from '../../parts/states.tsx';
import { AlertBadge } from './alert-badge.tsx';
import { BackTestChart } from './back-test-chart.tsx';
import type { AlertRule } from './rules.tsx';

type Tested = AnswerOf<'/alerts/test'>;

/** Shorter spans say little of how often a rule fires. */
const SHORT_SPANS: readonly string[] = ['1h', '6h', '24h'];
const TEST_SINCE = '30d';
/** Nobody types a level at once. */
const TYPING_MILLIS = 500;
const MAX_EPISODES = 100;

/** What a rule would have done in the past, as it is or with levels that are tried. */
export function BackTest({
  rule,
  rules,
  onPick,
}: {
  rule: AlertRule;
  rules: readonly AlertRule[];
  onPick: (rule: string) => void;
}) {
  const span = useSpan();
  const [warn, setWarn] = useUrlValue('warn', '');
  const [critical, setCritical] = useUrlValue('critical', '');
  const [levels] = useDebouncedValue({ warn, critical }, TYPING_MILLIS);
  const isShort = SHORT_SPANS.includes(span.since);
  const tested = useAnswer('/alerts/test', {
    ...span,
    ...(isShort ? { since: TEST_SINCE } : {}),
    rule: rule.name,
    ...(rule.kind === 'finding' || levels.warn === '' ? {} : { warn: levels.warn }),
    ...(rule.kind === 'finding' || levels.critical === '' ? {} : { critical: levels.critical }),
  });
  const declared = (level: 'warn' | 'critical'): string =>
    rule.kind === 'finding' || rule[level] === undefined ? 'none' : String(rule[level]);
  return (
    <Panel
      title={`What ${rule.name} would have done`}
      note={`${ruleText(rule)}.${isShort ? ' The last 30 days, whatever time is picked above.' : ''}`}
    >
      <Stack>
        <Group align="end">
          <Select
            label="Rule"
            size="xs"
            allowDeselect={false}
            data={rules.map(({ name }) => name)}
            value={rule.name}
            onChange={(name) => {
              if (name !== null) onPick(name);
            }}
          />
          {rule.kind === 'finding' ? null : (
            <>
              <LevelInput label="Try warn at" declared={declared('warn')} value={warn} onChange={setWarn} />
              <LevelInput
                label="Try critical at"
                declared={declared('critical')}
                value={critical}
                onChange={setCritical}
              />
            </>
          )}
        </Group>
        <Answer of={tested} height={280}>
          {(told) => <Told tested={told} />}
        </Answer>
      </Stack>
    </Panel>
  );
}

function LevelInput({
  label,
  declared,
  value,
  onChange,
}: {
  label: string;
  declared: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <NumberInput
      label={label}
      size="xs"
      w={140}
      min={0}
      placeholder={`declared: ${declared}`}
      value={value === '' ? '' : Number(value)}
      onChange={(next) => onChange(String(next))}
    />
  );
}

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${formatCount(count)} times`);

function Told({ tested }: { tested: Tested }) {
  const { rule, episodes, told, moments, suggestion, fromMicros, toMicros } = tested;
  const isMeasured = moments.some(({ value, rank }) => value !== undefined || rank !== undefined);
  if (!isMeasured && episodes.length === 0) {
    return <Text size="sm">Nothing was measured in this time: whether it would fire cannot be told.</Text>;
  }
  return (
    <Stack gap="xs">
      <Text>
        {episodes.length === 0
          ? `Would not have fired from ${MOMENTS.dateTime(fromMicros)} to ${MOMENTS.dateTime(toMicros)}.`
          : `Would have fired ${times(episodes.length)} from ${MOMENTS.dateTime(fromMicros)} to ${MOMENTS.dateTime(toMicros)}, and told people ${times(told)}.`}
      </Text>
      {suggestion === undefined || rule.kind === 'finding' ? null : (
        <Text size="sm" c="dimmed">
          {suggestion.why === 'never' ? 'It never fires' : 'It fires so often that nobody would read it'}. A level from
          its own history, an estimate: warn = {suggestion.level} ({ruleFigure(rule, suggestion.level)}) would have
          fired {times(suggestion.episodes)}.
        </Text>
      )}
      <BackTestChart tested={tested} />
      {episodes.length === 0 ? null : <Episodes tested={tested} />}
    </Stack>
  );
}

/** The times in which it would have fired, the newest first. */
function Episodes({ tested: { episodes, toMicros: end } }: { tested: Tested }) {
  const shown = episodes.slice(-MAX_EPISODES).toReversed();
  const left = episodes.length - shown.length;
  return (
    <>
      <Table.ScrollContainer minWidth={480} mah={320}>
        <Table fz="sm" stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>from</Table.Th>
              <Table.Th ta="right">for</Table.Th>
              <Table.Th>level</Table.Th>
              <Table.Th>of</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ group, level, fromMicros, toMicros }) => (
              <Table.Tr key={`${fromMicros} ${group ?? ''}`}>
                <Table.Td>{MOMENTS.dateTime(fromMicros)}</Table.Td>
                <Table.Td ta="right">
                  {formatSeconds(((toMicros ?? end) - fromMicros) / 1e6)}
                  {toMicros === undefined ? ', still' : ''}
                </Table.Td>
                <Table.Td>
                  <AlertBadge of={level} />
                </Table.Td>
                <Table.Td>{group === undefined ? '–' : <Name of={group} />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {left > 0 ? (
        <Text size="sm" c="dimmed">
          {formatCount(left)} earlier ones are left out.
        </Text>
      ) : null}
    </>
  );
}
