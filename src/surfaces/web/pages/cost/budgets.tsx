import { Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';

import { formatCount, formatUsd } from '../../../cli/terminal/units.ts';
import { BandBar } from '../../charts/band-bar.tsx';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { TIME_ZONE } from '../../data/url-state.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import { bandAt, isReliable, type Outlook } from './outlook.ts';

type Budget = AnswerOf<'/budgets'>['budgets'][number];
type Line = { readonly outlook: Outlook; readonly state: Budget | undefined };

const PERIODS = { day: 'today', week: 'this week', month: 'this month' } as const;
const BAND = 0.8;
/** From this stage on a reader should look twice. */
const WARNING_PERCENT = 80;

/** What is used of each budget, where the forecast ends, and the same for all spend. */
export function Budgets() {
  const forecast = useAnswer('/forecast', { tz: TIME_ZONE });
  const budgets = useAnswer('/budgets', { tz: TIME_ZONE });
  return (
    <Panel
      title="Budgets and forecast"
      note="Of the day, week and month that are now. The bar is used; shaded, where a forecast ends 50, 80 and 95 times in a hundred; the line across is the limit, the small marks its stages."
    >
      <Answer of={forecast} height={240}>
        {({ spend }) =>
          spend.every(({ state }) => state === 'no_data') ? (
            <EmptyState
              title="No use of a model was told in the last 12 weeks."
              command="amicus-metrics sources --setup"
            >
              Let the clients of the agents tell what they use.
            </EmptyState>
          ) : (
            <Stack gap="xs">
              <SimpleGrid
                cols={{ base: 1, lg: 2 }}
                spacing="xl"
                verticalSpacing="lg"
                component="ul"
                p={0}
                m={0}
                style={{ listStyle: 'none' }}
              >
                {spend.map((outlook) => (
                  <BudgetBlock
                    key={`${outlook.budget ?? ''} ${outlook.per}`}
                    line={{
                      outlook,
                      state: budgets.data?.budgets.find(({ budget }) => budget.name === outlook.budget),
                    }}
                  />
                ))}
              </SimpleGrid>
              {spend.some(({ budget }) => budget !== undefined) ? null : (
                <Text size="sm" c="dimmed">
                  No budget is declared. Put one into amicus-metrics.toml: [budgets.team], limit_usd = 50, per = "week".
                </Text>
              )}
            </Stack>
          )
        }
      </Answer>
    </Panel>
  );
}

function BudgetBlock({ line: { outlook, state } }: { line: Line }) {
  const { budget, per, used, limit } = outlook;
  const ready = isReliable(outlook) ? outlook : undefined;
  return (
    <Stack gap={4} component="li">
      <Group justify="space-between" gap="xs" wrap="nowrap" align="start">
        <Text size="sm" fw={600}>
          {budget === undefined ? 'All spend' : <Name of={budget} />}, {PERIODS[per]}
          {Object.entries(state?.budget.scope ?? {}).map(([part, name]) => (
            <Text key={part} span size="sm" c="dimmed">
              , {part} <Name of={name} />
            </Text>
          ))}
        </Text>
        {state === undefined ? null : <Standing state={state} />}
      </Group>
      <BandBar
        label={barText(outlook)}
        used={used}
        limit={limit}
        stages={state?.budget.stages ?? []}
        middle={ready?.total.middle}
        bands={ready?.total.bands ?? []}
      />
      <Text size="sm">
        {usedText(outlook, state)}{' '}
        <Text span size="sm" c="dimmed">
          {forecastText(outlook)}
        </Text>
      </Text>
      {state === undefined
        ? null
        : caveatsOf(state).map((caveat) => (
            <Text key={caveat} size="sm" c="dimmed">
              {caveat}
            </Text>
          ))}
    </Stack>
  );
}

/** What is in the figure, or not, that one would not expect. */
function caveatsOf({ unpricedEvents, flatPlan, concluded, incomplete }: Budget): readonly string[] {
  return [
    ...(unpricedEvents > 0 ? [`${formatCount(unpricedEvents)} events have no price.`] : []),
    ...(flatPlan.usd > 0
      ? [`Flat plans are billed 0; the API would take ${formatUsd(flatPlan.usd)} more for what they covered.`]
      : []),
    ...(concluded.usd > 0
      ? [`${formatUsd(concluded.usd)} named no node, and are counted by the client's session.`]
      : []),
    ...(incomplete ? ['Single events of a part of the period have expired, and are not counted.'] : []),
  ];
}

function Standing({ state: { exceeded, stage } }: { state: Budget }) {
  const text = exceeded ? 'over the limit' : stage === undefined ? 'below all stages' : `at ${stage} %`;
  const colour = exceeded ? 'red' : (stage ?? 0) >= WARNING_PERCENT ? 'orange' : 'teal';
  return (
    <Badge variant="light" color={colour} autoContrast tt="none" style={{ flexShrink: 0 }}>
      {text}
    </Badge>
  );
}

function usedText({ unit, used, limit }: Outlook, state: Budget | undefined): string {
  const least = (state?.unpricedEvents ?? 0) > 0 ? 'At least ' : '';
  return `${least}${amount(unit, used)} used${limit === undefined ? '' : ` of ${amount(unit, limit)}`}.`;
}

/** A chance from draws is never told as none or certain. */
function chance(part: number): string {
  if (part < 0.01) return 'under 1 %';
  return part > 0.99 ? 'over 99 %' : `${Math.round(part * 100)} %`;
}

/** Of all that will be used by the end of the period. */
function forecastText(outlook: Outlook): string {
  if (outlook.state === 'learning') {
    const { neededDays, neededActiveDays, days, activeDays } = outlook;
    return `A forecast needs ${neededDays} whole days, ${neededActiveDays} with use; there are ${days}, ${activeDays} with use.`;
  }
  if (outlook.state === 'no_data') return 'No use was told.';
  if (!isReliable(outlook)) return 'Past forecasts did not hold, so that none is shown.';
  const { unit, total, overLimit } = outlook;
  const band = bandAt(outlook, BAND);
  const range = band === undefined ? '' : `, 80 %: ${amount(unit, band.low)} to ${amount(unit, band.high)}`;
  const over = overLimit === undefined ? '' : `; ${chance(overLimit)} to pass the limit`;
  return `Forecast: about ${amount(unit, total.middle)} in all${range}${over}.`;
}

function barText(outlook: Outlook): string {
  return `${outlook.budget ?? 'All spend'}, ${PERIODS[outlook.per]}: ${usedText(outlook, undefined)} ${forecastText(outlook)}`;
}

function amount(unit: Outlook['unit'], value: number): string {
  return unit === 'usd' ? formatUsd(value) : `${formatCount(Math.round(value))} ${unit}`;
}
