import { ruleFigure } from '../../../cli/alert-lines.ts';
import { ABSENT } from '../../../cli/terminal/units.ts';
import { type AnswerOf, useAnswer } from '../../data/ask.ts';
import { MOMENTS } from '../../data/moments.ts';
import { useSpan } from '../../data/url-state.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Answer, EmptyState } from '../../parts/states.tsx';
import { AlertBadge } from './alert-badge.tsx';
import type { AlertRule } from './rules.tsx';

type Change = AnswerOf<'/alerts/history'>['changes'][number];

const CAUSES = { measured: 'its figure', acknowledged: 'somebody: acknowledged', resolved: 'somebody: over' } as const;

const TOLD = { ok: 'the end', no_data: 'no data', warn: 'warn', critical: 'critical' } as const;

/** What alerts did in the time that is shown. */
export function AlertHistory({ rules }: { rules: readonly AlertRule[] }) {
  const span = useSpan();
  const history = useAnswer('/alerts/history', span);
  return (
    <Panel title="History" note="In the time that is picked above, the newest first.">
      <Answer of={history} height={120}>
        {({ changes, complete }) =>
          changes.length === 0 ? (
            <EmptyState title="No alert changed in this time.">
              Rules are evaluated while amicus-metrics up runs.
            </EmptyState>
          ) : (
            <>
              <DataTable
                label="Changes of alerts"
                columns={columnsOf(rules)}
                rows={changes}
                minWidth={760}
                keyOf={({ rule, group, change }) => `${rule} ${group ?? ''} ${change.atMicros}`}
              />
              {complete ? null : 'Earlier ones are left out.'}
            </>
          )
        }
      </Answer>
    </Panel>
  );
}

function columnsOf(rules: readonly AlertRule[]): readonly Column<Change>[] {
  const figure = ({ rule: name, change: { value } }: Change): string => {
    const rule = rules.find((one) => one.name === name);
    if (rule !== undefined) return ruleFigure(rule, value);
    return value === undefined ? ABSENT : String(value);
  };
  return [
    {
      key: 'at',
      title: 'at',
      show: ({ change }) => MOMENTS.dateTime(change.atMicros),
      sortBy: ({ change }) => change.atMicros,
    },
    { key: 'rule', title: 'rule', show: ({ rule }) => <Name of={rule} />, sortBy: ({ rule }) => rule },
    {
      key: 'group',
      title: 'of',
      show: ({ group }) => (group === undefined ? ABSENT : <Name of={group} />),
      sortBy: ({ group }) => group,
    },
    {
      key: 'state',
      title: 'state',
      show: ({ change }) => <AlertBadge of={change.state} />,
      sortBy: ({ change }) => change.state,
    },
    { key: 'figure', title: 'figure', isNumber: true, show: figure },
    {
      key: 'told',
      title: 'told',
      show: ({ change: { notified, announced } }) => (notified ? TOLD[announced] : ABSENT),
    },
    { key: 'cause', title: 'by', show: ({ change }) => CAUSES[change.cause] },
  ];
}
