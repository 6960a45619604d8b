import { useMemo } from 'react';

import { printable } from '../../../cli/terminal/printable.ts';
import { formatCount, formatMillis, formatSeconds } from '../../../cli/terminal/units.ts';
import { PairMap } from '../../charts/pair-map.tsx';
import type { AnswerOf } from '../../data/ask.ts';
import { Panel } from '../../parts/panel.tsx';
import { EmptyState } from '../../parts/states.tsx';

type Lock = NonNullable<AnswerOf<'/clock'>['locks']>;

const UNKNOWN = '(unknown)';

/** Who waited for whom at the lock of the state file. */
export function Locks({ locks }: { locks: Lock | undefined }) {
  const waitSeconds = locks?.waitSeconds ?? 0;
  return (
    <Panel
      title="Lock of the state file"
      note={
        waitSeconds === 0
          ? 'Who waited for whom.'
          : `${formatSeconds(waitSeconds)} of waiting in all; who waited for whom.`
      }
    >
      {locks === undefined || locks.pairs.length === 0 ? (
        <EmptyState title={waitSeconds === 0 ? 'Nobody waited for the lock.' : 'Nobody told who held it.'} />
      ) : (
        <Pairs pairs={locks.pairs} />
      )}
    </Panel>
  );
}

function Pairs({ pairs: told }: { pairs: Lock['pairs'] }) {
  const pairs = useMemo(
    () =>
      told.map(({ waiterId = UNKNOWN, holderId = UNKNOWN, waits, waitSeconds, maxWaitMs }) => ({
        across: holderId,
        down: waiterId,
        value: waitSeconds,
        told: [
          `${printable(waiterId)} waited for ${printable(holderId)}`,
          `${formatSeconds(waitSeconds)} in ${formatCount(waits)} waits`,
          `at most ${formatMillis(maxWaitMs)}`,
        ],
      })),
    [told],
  );
  const table = useMemo(
    () => ({
      columns: ['who waited', 'for', 'times', 'together', 'longest'],
      rows: told.map(({ waiterId = UNKNOWN, holderId = UNKNOWN, waits, waitSeconds, maxWaitMs }) => [
        printable(waiterId),
        printable(holderId),
        formatCount(waits),
        formatSeconds(waitSeconds),
        formatMillis(maxWaitMs),
      ]),
    }),
    [told],
  );
  return (
    <PairMap
      label="Time waited for the lock, by who waited and who held it"
      acrossTitle="who held it"
      downTitle="who waited"
      pairs={pairs}
      format={formatSeconds}
      table={table}
    />
  );
}
