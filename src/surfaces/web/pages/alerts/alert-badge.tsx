import { Badge } from '@mantine/core';

import type { AnswerOf } from '../../data/ask.ts';

export type AlertState = AnswerOf<'/alerts'>['statuses'][number]['memory']['state'];

const COLOURS: Readonly<Record<AlertState, string>> = {
  ok: 'teal',
  pending: 'gray',
  warn: 'orange',
  critical: 'red',
  no_data: 'orange',
};

/** The state of an alert, in the colour that it has everywhere on the page. */
export function AlertBadge({ of }: { of: AlertState }) {
  return (
    <Badge variant="light" color={COLOURS[of]} tt="none" style={{ flexShrink: 0 }}>
      {of.replaceAll('_', ' ')}
    </Badge>
  );
}
