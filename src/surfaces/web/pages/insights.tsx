import { SimpleGrid, Stack, Table, Text } from '@mantine/core';

import { figureText, valueText } from '../../cli/figure-text.ts';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { TIME_ZONE } from '../data/url-state.ts';
import { InsightCard } from '../parts/insight-card.tsx';
import { Name } from '../parts/name.tsx';
import { Panel } from '../parts/panel.tsx';
import { Answer, EmptyState } from '../parts/states.tsx';

type Insights = AnswerOf<'/insights'>;

/** What is wrong, what to do about it, and what became of what was done. */
export function InsightsPage() {
  const insights = useAnswer('/insights', { tz: TIME_ZONE });
  return (
    <Answer of={insights} height={360}>
      {(told) => (
        <Stack>
          <Text c="dimmed" size="sm">
            The last 24 hours against the four weeks before, whatever time is picked above.
          </Text>
          <Incidents insights={told} />
          {told.judged.length === 0 ? null : <Judged judged={told.judged} />}
          <Detectors verdicts={told.verdicts} />
        </Stack>
      )}
    </Answer>
  );
}

function Incidents({ insights: { incidents, advice, verdicts } }: { insights: Insights }) {
  if (incidents.length > 0) {
    return (
      <Stack>
        {incidents.map((incident) => (
          <InsightCard
            key={incident.id}
            incident={incident}
            advice={advice.find((one) => one.advice.id === incident.id)}
          />
        ))}
      </Stack>
    );
  }
  const isBlind = verdicts.every(({ verdict }) => verdict.state === 'no_data' || verdict.state === 'learning');
  return isBlind ? (
    <EmptyState title="There is too little to judge yet." command="amicus-metrics example">
      Let it follow the cluster for a day; or write the history of an invented cluster and look at that.
    </EmptyState>
  ) : (
    <EmptyState title="Nothing needs attention." />
  );
}

const OUTCOMES = { helped: 'helped', no_effect: 'no effect', harmed: 'harmed', cannot_tell: 'cannot tell' } as const;

function Judged({ judged }: { judged: Insights['judged'] }) {
  const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
  return (
    <Panel title="Accepted advice" note="The days after it compared with the days before: observational, no proof.">
      <Table.ScrollContainer minWidth={640}>
        <Table fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>advice</Table.Th>
              <Table.Th>accepted</Table.Th>
              <Table.Th>verdict</Table.Th>
              <Table.Th>before</Table.Th>
              <Table.Th>effect</Table.Th>
              <Table.Th>why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {judged.map(({ decision, verdict }) => (
              <Table.Tr key={`${decision.adviceId} ${decision.atMicros}`}>
                <Table.Td>
                  <Name of={decision.adviceId} />
                </Table.Td>
                <Table.Td>{when.format(decision.atMicros / 1_000)}</Table.Td>
                <Table.Td>{OUTCOMES[verdict.outcome]}</Table.Td>
                <Table.Td>
                  {verdict.before === undefined ? '–' : valueText(verdict.before.value, verdict.before.unit)}
                </Table.Td>
                <Table.Td>{verdict.effect === undefined ? '–' : figureText(verdict.effect)}</Table.Td>
                <Table.Td>{verdict.reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

const STATES = {
  findings: 'found something',
  clear: 'clear',
  learning: 'learning',
  no_data: 'no data',
  flat: 'flat',
} as const;

function Detectors({ verdicts }: { verdicts: Insights['verdicts'] }) {
  return (
    <Panel title="What each detector says">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {verdicts.map(({ kind, title, verdict }) => (
          <li key={kind}>
            <Text size="sm" fw={600} span>
              {title}
            </Text>{' '}
            <Text size="sm" c="dimmed" span>
              {STATES[verdict.state]}. {verdict.reason}
            </Text>
          </li>
        ))}
      </SimpleGrid>
    </Panel>
  );
}
