import { Alert, SimpleGrid, Stack } from '@mantine/core';

import { formatBytes, formatCount, formatShare } from '../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../data/ask.ts';
import { MOMENTS } from '../data/moments.ts';
import { useSpan } from '../data/url-state.ts';
import { Answer } from '../parts/states.tsx';
import { Tile } from '../parts/tile.tsx';
import { Connected } from './health/connected.tsx';
import { Conservation } from './health/conservation.tsx';
import { ClientSetups } from './health/client-setups.tsx';
import { NotStored } from './health/not-stored.tsx';
import { StoreFacts } from './health/store-facts.tsx';

type Health = AnswerOf<'/health'>;

/** What is connected, whether every event is accounted for, and how the store is. */
export function HealthPage() {
  const span = useSpan();
  const health = useAnswer('/health', {});
  const sources = useAnswer('/sources', span);
  return (
    <Stack>
      <Answer of={health} height={160}>
        {(told) => (
          <>
            <Verdict health={told} />
            <Tiles health={told} />
          </>
        )}
      </Answer>
      <Connected sources={sources} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <NotStored health={health} sources={sources} />
        <StoreFacts health={health} />
      </SimpleGrid>
      <Conservation health={health} />
      <ClientSetups sources={sources} />
    </Stack>
  );
}

/** All is well, or what is not. */
function Verdict({ health: { conservation, unwritable, configurationProblems, store } }: { health: Health }) {
  const wrong = conservation.producers.filter(({ difference }) => difference !== 0).length;
  return (
    <>
      {conservation.holds ? (
        <Alert color="teal" variant="light" title="Every recorded event is accounted for." />
      ) : (
        <Alert color="red" variant="light" title="Not every recorded event is accounted for.">
          {formatShare(wrong, conservation.producers.length)} recording processes do not add up: see the sum below.
        </Alert>
      )}
      {unwritable === undefined ? null : (
        <Alert color="red" variant="light" title="This process cannot write.">
          {unwritable}
        </Alert>
      )}
      {configurationProblems.map((problem) => (
        <Alert key={problem} color="orange" variant="light" title="Configuration">
          {problem}
        </Alert>
      ))}
      {store.quarantinedFiles.map((file) => (
        <Alert key={file} color="orange" variant="light" title="A damaged file was set aside.">
          {file}: delete it when you do not need it.
        </Alert>
      ))}
      {store.damaged.map(({ metric, fromMicros, toMicros, events }) => (
        <Alert key={`${metric} ${fromMicros}`} color="red" variant="light" title="Events cannot be read.">
          {formatCount(events)} events of {metric} from {new Date(fromMicros / 1_000).toISOString()} to{' '}
          {new Date(toMicros / 1_000).toISOString()} were damaged in the file. Their rollups remain; a backup from
          before has them.
        </Alert>
      ))}
      {store.unreadableNames === 0 ? null : (
        <Alert color="red" variant="light" title="Names cannot be read.">
          {formatCount(store.unreadableNames)} names of tasks, nodes, files and the like were damaged in the file.
          Events that had them are shown without them; a backup from before has them.
        </Alert>
      )}
    </>
  );
}

function Tiles({ health: { conservation, store, retention, version } }: { health: Health }) {
  const { total } = conservation;
  return (
    <SimpleGrid cols={{ base: 2, md: 5 }}>
      <Tile
        label="Events stored"
        value={formatCount(store.events)}
        note={store.newestMicros === undefined ? 'none yet' : `the last ${MOMENTS.dateTime(store.newestMicros)}`}
      />
      <Tile
        label="Waiting in the spool"
        value={formatCount(total.inSpool)}
        note={`events; ${formatBytes(store.spoolBytes)} of at most ${formatBytes(retention.maxSpoolBytes)} a process`}
      />
      <Tile
        label="Dropped"
        value={formatCount(total.droppedEvents)}
        note={`of ${formatCount(total.recorded)} recorded events`}
        {...(total.droppedEvents > 0 ? { tone: 'orange' } : {})}
      />
      <Tile
        label="Database"
        value={formatBytes(store.databaseBytes)}
        note={`and a journal of ${formatBytes(store.walBytes)}; at most ${formatBytes(retention.maxSizeBytes)} with the spool`}
      />
      <Tile label="Version" value={version} note={`schema ${store.schemaVersion}`} />
    </SimpleGrid>
  );
}
