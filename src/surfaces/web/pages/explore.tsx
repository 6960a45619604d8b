import { Stack, Tabs } from '@mantine/core';

import { useAnswer } from '../data/ask.ts';
import { useUrlValue } from '../data/url-state.ts';
import { Panel } from '../parts/panel.tsx';
import { Answer } from '../parts/states.tsx';
import { ChartView } from './explore/chart-view.tsx';
import { EventsView } from './explore/events-view.tsx';
import { useQuestion } from './explore/question.ts';
import { QuestionForm } from './explore/question-form.tsx';
import { SqlView } from './explore/sql-view.tsx';

const VIEWS = [
  { value: 'chart', title: 'Figures' },
  { value: 'events', title: 'Events' },
  { value: 'sql', title: 'SQL' },
] as const;

/** Any question about any metric: as figures over time and by group, as single events, or in SQL. */
export function ExplorePage() {
  const [view, setView] = useUrlValue('view', 'chart');
  const [question, change] = useQuestion();
  const catalogue = useAnswer('/metrics', {});
  return (
    <Answer of={catalogue} height={320}>
      {({ metrics }) => (
        <Tabs value={view} onChange={(next) => setView(next ?? 'chart')} keepMounted={false}>
          <Tabs.List mb="md" aria-label="What is shown">
            {VIEWS.map(({ value, title }) => (
              <Tabs.Tab key={value} value={value}>
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="chart">
            <Stack>
              <Panel title="Question">
                <QuestionForm metrics={metrics} question={question} onChange={change} isOfEvents={false} />
              </Panel>
              <ChartView question={question} />
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <Stack>
              <Panel title="Question">
                <QuestionForm metrics={metrics} question={question} onChange={change} isOfEvents />
              </Panel>
              <EventsView question={question} metric={metrics.find(({ name }) => name === question.metric)} />
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="sql">
            <SqlView metrics={metrics} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Answer>
  );
}
