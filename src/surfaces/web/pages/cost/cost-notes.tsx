import { List, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { formatCount, formatUsd } from '../../../cli/terminal/units.ts';
import type { AnswerOf } from '../../data/ask.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';

type Costs = AnswerOf<'/costs'>;

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** What a reader has to know of the figures before relying on them. */
export function CostNotes({ costs }: { costs: UseQueryResult<Costs> }) {
  return (
    <Panel title="What to know of these figures" note="List prices are not a bill: discounts are not in them.">
      <Answer of={costs}>
        {(told) =>
          told.total.usage.events === 0 ? (
            <EmptyState title="There are no figures in this time." />
          ) : (
            <List size="sm" spacing={6}>
              <Doubts costs={told} />
              {told.priceVersions.map(({ key, usage }) => (
                <Note key={key['price_version']}>
                  {formatCount(usage.computedEvents)} events are computed with the prices{' '}
                  <Name of={key['price_version']} />.
                </Note>
              ))}
              {told.notCounted.map(({ key, usage }) => (
                <Note key={`${key['client'] ?? ''} ${key['feed'] ?? ''}`}>
                  {formatCount(usage.events)} events that <Name of={key['client']} /> told through{' '}
                  <Name of={key['feed']} /> are not counted: a better feed tells the same.
                </Note>
              ))}
              {told.singleEventsFromMicros === undefined ? null : (
                <Note>
                  Before {moment.format(told.singleEventsFromMicros / 1_000)} single events have expired: the best feed
                  was chosen by client and hour.
                </Note>
              )}
            </List>
          )
        }
      </Answer>
    </Panel>
  );
}

function Note({ children }: { children: ReactNode }) {
  return <List.Item>{children}</List.Item>;
}

/** What is wrong, or not to be trusted. */
function Doubts({ costs }: { costs: Costs }) {
  const differing = costs.reconciliations.filter(({ differs }) => differs);
  const doubts = costs.unpriced.length + costs.pricedAsAnotherModel.length + differing.length;
  if (doubts === 0) return <Note>Every model has a price, and clients and the price book agree within 1 %.</Note>;
  return (
    <>
      {costs.unpriced.map(({ key, usage }) => (
        <Note key={`unpriced ${key['client'] ?? ''} ${key['model'] ?? ''}`}>
          <Text span size="sm" c="orange" fw={600}>
            No price
          </Text>{' '}
          for <Name of={key['model']} none="no model named" />: {formatCount(usage.unpricedEvents)} events with{' '}
          {formatCount(usage.unpricedTokens)} tokens cost something that is not known. Give prices in
          amicus-metrics-prices.toml.
        </Note>
      ))}
      {costs.pricedAsAnotherModel.map(({ key, usage }) => (
        <Note key={`stretched ${key['model'] ?? ''}`}>
          <Name of={key['model']} /> is priced as <Name of={key['priced_model']} />, so {formatUsd(usage.computed?.usd)}{' '}
          of the cost is a guess.
        </Note>
      ))}
      {differing.map(({ client, model, events, reported, computed }) => (
        <Note key={`differs ${client ?? ''} ${model ?? ''}`}>
          <Name of={client} none="a client" /> and the price book differ by more than 1 % on{' '}
          <Name of={model} none="an unnamed model" />: reported {formatUsd(reported.usd)}, computed{' '}
          {formatUsd(computed.usd)}, over the same {formatCount(events)} events.
        </Note>
      ))}
    </>
  );
}
