import { Badge } from '@mantine/core';

const COLOURS: Readonly<Record<string, string>> = {
  success: 'green',
  partial: 'orange',
  failure: 'red',
  failed: 'red',
  delivered: 'green',
  error: 'red',
  abandoned: 'grape',
  released: 'orange',
  silent: 'red',
  working: 'cyan',
  waiting: 'orange',
};

/** The word is never cut: the column is as wide as it needs. */
const WHOLE = { label: { overflow: 'visible' } } as const;

/** A word for how something ended or stands, in the colour that it has everywhere. */
export function OutcomeBadge({ of, none = '–' }: { of: string | undefined; none?: string }) {
  if (of === undefined) return <span>{none}</span>;
  return (
    <Badge variant="light" color={COLOURS[of] ?? 'gray'} tt="none" styles={WHOLE}>
      {of.replaceAll('_', ' ')}
    </Badge>
  );
}
