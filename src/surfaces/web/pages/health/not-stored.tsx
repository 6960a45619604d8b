import { Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { formatCount } from '../../../cli/terminal/units.ts';
import { BarList } from '../../charts/bar-list.tsx';
import type { AnswerOf } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';

type Health = AnswerOf<'/health'>;
type Sources = AnswerOf<'/sources'>;

/** Everything that came and was not stored, by reason, and what running sources complain about. */
export function NotStored({ health, sources }: { health: UseQueryResult<Health>; sources: UseQueryResult<Sources> }) {
  return (
    <Panel title="What was not stored" note="Over all time. Nothing is dropped without being counted here.">
      <Stack>
        <Answer of={health}>{({ conservation }) => <Drops dropped={conservation.dropped} />}</Answer>
        <Answer of={sources} height={60}>
          {({ notKept, notices }) => (
            <>
              <Counts
                title="Sent by clients and not kept, since the receiver first ran"
                rows={notKept.map(({ client, reason, says, count }) => ({
                  key: `${client} ${reason}`,
                  name: (
                    <>
                      <Name of={client} />: {says}
                    </>
                  ),
                  count,
                }))}
              />
              <Counts
                title="What running sources complained about last"
                rows={notices.map(({ source, code, says, count, lastMicros }) => ({
                  key: `${source} ${code}`,
                  name: `${source}: ${says}, last ${MOMENTS.dateTime(lastMicros)}`,
                  count,
                }))}
              />
            </>
          )}
        </Answer>
      </Stack>
    </Panel>
  );
}

/** What two sources told alike is no loss, and stands apart. */
function Drops({ dropped: { duplicate = 0, ...lost } }: { dropped: Health['conservation']['dropped'] }) {
  const reasons = Object.entries(lost).filter(([, count]) => count > 0);
  return (
    <>
      {reasons.length === 0 ? (
        <EmptyState title="Nothing was dropped." />
      ) : (
        <Counts
          title="Dropped while recording: whole events, or single fields of them"
          rows={reasons.map(([reason, count]) => ({ key: reason, name: reason.replaceAll('_', ' '), count }))}
        />
      )}
      {duplicate === 0 ? null : (
        <Text size="sm">{formatCount(duplicate)} events were told twice and are stored once: no loss.</Text>
      )}
    </>
  );
}

type CountRow = { readonly key: string; readonly name: ReactNode; readonly count: number };

function Counts({ title, rows }: { title: string; rows: readonly CountRow[] }) {
  if (rows.length === 0) return null;
  return (
    <div>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <BarList
        label={title}
        heading="what"
        unit="count"
        bars={rows.map(({ key, name, count }) => ({ key, name, value: count, text: formatCount(count) }))}
      />
    </div>
  );
}
