import { Anchor, Badge, Button, Card, Group, List, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';

import { figureText, valueText } from '../../cli/figure-text.ts';
import { type AnswerOf, post } from '../data/ask.ts';
import { queryClient } from '../data/query-client.ts';
import { Name } from './name.tsx';

type Insights = AnswerOf<'/insights'>;
export type Incident = Insights['incidents'][number];
export type StandingAdvice = Insights['advice'][number];
type Finding = Incident['cause'];

const SEVERITY_COLOURS = { critical: 'red', warning: 'orange', info: 'gray' } as const;

export function SeverityBadge({ severity }: { severity: keyof typeof SEVERITY_COLOURS }) {
  return (
    <Badge color={SEVERITY_COLOURS[severity]} variant="light" tt="none">
      {severity}
    </Badge>
  );
}

/** What a finding is about: the detector, and a name from data where it has one. */
function SubjectLine({ finding }: { finding: Finding }) {
  const { kind, subject } = finding;
  return (
    <Text fw={600}>
      {kind.replaceAll('_', ' ')}
      {subject.id === undefined ? '' : ': '}
      {subject.id === undefined ? null : <Name of={subject.id} />}
    </Text>
  );
}

/** One incident: what is wrong, what to do, and what follows from it. */
export function InsightCard({
  incident,
  advice,
  isBrief = false,
}: {
  incident: Incident;
  advice: StandingAdvice | undefined;
  isBrief?: boolean;
}) {
  const { cause, symptoms, severity } = incident;
  return (
    <Card withBorder padding="md" component="article" aria-label={cause.kind.replaceAll('_', ' ')}>
      <Stack gap="xs">
        <Group gap="sm">
          <SeverityBadge severity={severity} />
          <SubjectLine finding={cause} />
        </Group>
        <Text>{cause.summary}</Text>
        {advice === undefined ? null : <AdviceLines advice={advice} />}
        {symptoms.length === 0 ? null : (
          <div>
            <Text size="sm" c="dimmed">
              With it, and likely because of it:
            </Text>
            <List size="sm" spacing={2}>
              {symptoms.map((symptom) => (
                <List.Item key={`${symptom.kind} ${symptom.subject.id ?? ''}`}>{symptom.summary}</List.Item>
              ))}
            </List>
          </div>
        )}
        {isBrief ? null : <FindingFigures finding={cause} />}
        {advice === undefined ? null : <Decision advice={advice} />}
      </Stack>
    </Card>
  );
}

function AdviceLines({ advice: { advice } }: { advice: StandingAdvice }) {
  const { secondsPerDay, usdPerDay } = advice.saving;
  const savings = [secondsPerDay, usdPerDay].filter((figure) => figure !== undefined).map(figureText);
  return (
    <Stack gap={4}>
      <Text>
        <Text span fw={600}>
          {advice.sentence}
        </Text>{' '}
        <Text span c="dimmed" size="sm">
          {advice.action}
          {Object.entries(advice.params).map(([name, value]) => (
            <span key={name}>
              {' '}
              {name}=<Name of={typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : value} />
            </span>
          ))}
        </Text>
      </Text>
      {savings.length === 0 ? null : (
        <Text size="sm" c="dimmed">
          Saves about {savings.join(' and ')} a day, estimated. {advice.conditions.join(' ')}
        </Text>
      )}
    </Stack>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group gap="xs" wrap="nowrap" align="baseline">
      <Text size="sm" c="dimmed" w={64}>
        {name}
      </Text>
      <Text size="sm">{children}</Text>
    </Group>
  );
}

/** The figures behind a finding, and the questions they come from. */
function FindingFigures({ finding }: { finding: Finding }) {
  const { observed, expected, effect, evidence } = finding;
  return (
    <div>
      <Row name="seen">{figureText(observed)}</Row>
      {expected === undefined ? null : <Row name="usual">{valueText(expected.value, expected.unit)}</Row>}
      <Row name="effect">{figureText(effect)}</Row>
      <Row name="evidence">
        {evidence.map(({ shows, metric, fromMicros, toMicros }, index) => (
          <span key={`${metric} ${shows}`}>
            {index === 0 ? '' : ', '}
            <Anchor
              component={Link}
              size="sm"
              href={`/explore?metric=${metric}&since=${fromMicros / 1e6}&until=${toMicros / 1e6}`}
            >
              {shows}
            </Anchor>
          </span>
        ))}
      </Row>
    </div>
  );
}

/** Where the advice stands, and what can be decided about it. */
function Decision({ advice: { advice, standing } }: { advice: StandingAdvice }) {
  const decide = useMutation({
    mutationFn: async (decision: string) => post('/insights/decisions', { id: advice.id, decision }),
    onSettled: async () => queryClient.invalidateQueries(),
  });
  const isOpen = standing.state === 'open' || standing.state === 'expired';
  const buttons = useRef<HTMLDivElement>(null);
  const wasPending = useRef(false);
  // What was pressed is gone with the decision: the keyboard goes to what can be pressed in its place, not to the top.
  useEffect(() => {
    const isDecided = wasPending.current && !decide.isPending;
    wasPending.current = decide.isPending;
    if (isDecided && document.activeElement === document.body) buttons.current?.querySelector('button')?.focus();
  }, [decide.isPending]);
  return (
    <Group gap="xs" ref={buttons}>
      {isOpen ? (
        <>
          <Button size="xs" loading={decide.isPending} onClick={() => decide.mutate('accept')}>
            Accept
          </Button>
          <Button size="xs" variant="default" disabled={decide.isPending} onClick={() => decide.mutate('dismiss')}>
            Dismiss
          </Button>
        </>
      ) : (
        <>
          <Badge variant="default" tt="none">
            {standing.state}
          </Badge>
          {standing.state === 'held' ? null : (
            <Button size="xs" variant="subtle" loading={decide.isPending} onClick={() => decide.mutate('reopen')}>
              Open again
            </Button>
          )}
        </>
      )}
      <Text size="sm" c={decide.isError ? 'red' : 'dimmed'} role="status">
        {decide.isError ? decide.error.message : (standing.because ?? '')}
      </Text>
    </Group>
  );
}
