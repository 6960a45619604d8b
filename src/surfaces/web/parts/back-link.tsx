import { Anchor } from '@mantine/core';
import { Link } from 'wouter';

import { useParameters } from '../data/url-state.ts';

/** The way from one thing back to all of its kind, with the time that is shown. */
export function BackLink({ href, children }: { href: string; children: string }) {
  const [parameters] = useParameters();
  const since = parameters.get('since');
  return (
    <Anchor component={Link} href={since === null ? href : `${href}?since=${encodeURIComponent(since)}`} size="sm">
      <span aria-hidden="true">← </span>
      {children}
    </Anchor>
  );
}
