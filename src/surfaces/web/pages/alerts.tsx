import { Code, Stack } from '@mantine/core';
import { useSearchParams } from 'wouter';

import { useAnswer } from '../data/ask.ts';
import { Answer, EmptyState } from '../parts/states.tsx';
import { AlertHistory } from './alerts/alert-history.tsx';
import { BackTest } from './alerts/back-test.tsx';
import { Channels } from './alerts/channels.tsx';
import { Rules } from './alerts/rules.tsx';

const EXAMPLE = [
  '[alerts.queue]',
  'metric = "task.claimed"',
  'aggregation = "p95(queue_seconds)"',
  'window = "1h"',
  'warn = 300',
  'critical = 900',
  'for = "10m"',
].join('\n');

/** What fires, what each rule would have done, and what was told to whom. */
export function AlertsPage() {
  const alerts = useAnswer('/alerts', {});
  const [parameters, setParameters] = useSearchParams();
  const picked = parameters.get('rule');
  // Levels that were tried are those of the rule before.
  const pick = (rule: string): void => {
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete('warn');
        next.delete('critical');
        next.set('rule', rule);
        return next;
      },
      { replace: true },
    );
  };
  return (
    <Answer of={alerts} height={320}>
      {({ rules, statuses, channels, deliveries }) => {
        if (rules.length === 0) {
          return (
            <Stack align="center">
              <EmptyState title="No alert rule is declared.">
                Put one into amicus-metrics.toml; docs/reference/settings.md shows several. Here you then see how often
                it would have fired.
              </EmptyState>
              <Code block>{EXAMPLE}</Code>
            </Stack>
          );
        }
        const rule = rules.find(({ name }) => name === picked) ?? rules[0];
        return (
          <Stack>
            <Rules rules={rules} statuses={statuses} picked={rule?.name} onPick={pick} />
            {rule === undefined ? null : <BackTest key={rule.name} rule={rule} rules={rules} onPick={pick} />}
            <AlertHistory rules={rules} />
            <Channels channels={channels} deliveries={deliveries} />
          </Stack>
        );
      }}
    </Answer>
  );
}
