import { Accordion, Code, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';

import type { AnswerOf } from '../../data/ask.ts';
import { Panel } from '../../parts/panel.tsx';
import { Answer } from '../../parts/states.tsx';

/** The lines that make each client send its telemetry. */
export function ClientSetups({ sources }: { sources: UseQueryResult<AnswerOf<'/sources'>> }) {
  return (
    <Panel title="Connect a client" note="While amicus-metrics up runs, these lines make it send its telemetry here.">
      <Answer of={sources}>
        {({ setups, clients }) => (
          <Accordion variant="contained" order={3}>
            {setups.map(({ client, place, lines }) => (
              <Accordion.Item key={client} value={client}>
                <Accordion.Control>
                  {client}
                  {clients.some((told) => told.client === client) ? (
                    <Text span c="dimmed" size="sm">
                      , told something in this time
                    </Text>
                  ) : null}
                </Accordion.Control>
                <Accordion.Panel>
                  <Stack gap="xs">
                    <Text size="sm">In: {place}</Text>
                    <Code block tabIndex={0} role="region" aria-label={`Lines for ${client}`}>
                      {lines.join('\n')}
                    </Code>
                  </Stack>
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        )}
      </Answer>
    </Panel>
  );
}
