import { Alert, Anchor } from '@mantine/core';
import { Link } from 'wouter';

/** That what is shown lacks events of these metrics, which cannot be read; nothing where it lacks none. */
export function UnreadableNotice({ metrics }: { metrics: readonly string[] }) {
  if (metrics.length === 0) return null;
  return (
    <Alert color="red" variant="light" mb="md" title="Some events cannot be read.">
      The file was damaged, and what is shown here lacks events of {metrics.join(', ')}.{' '}
      <Anchor component={Link} href="/health" size="sm">
        Health
      </Anchor>{' '}
      says of which time.
    </Alert>
  );
}
