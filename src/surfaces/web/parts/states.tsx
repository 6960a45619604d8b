import { Alert, Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ApiError } from './api-error.ts';

/** Nothing is there yet, and what to do about it. */
export function EmptyState({ title, command, children }: { title: string; command?: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" role="status">
      <Text fw={600}>{title}</Text>
      {children === undefined ? null : (
        <Text c="dimmed" ta="center" maw={520}>
          {children}
        </Text>
      )}
      {command === undefined ? null : <Code fz="sm">{command}</Code>}
    </Stack>
  );
}

function ErrorState({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const hint = error instanceof ApiError ? error.hint : undefined;
  return (
    <Alert color="red" variant="light" title={error.message}>
      <Group justify="space-between" align="end">
        <Text size="sm">{hint ?? 'Is `amicus-metrics up` still running?'}</Text>
        <Button size="xs" variant="light" color="red" onClick={onRetry}>
          Ask again
        </Button>
      </Group>
    </Alert>
  );
}

/** The answer of a question, or what stands in its place while it is asked, and when it failed. */
export function Answer<Data>({
  of: { data, error, isPending, refetch },
  height = 160,
  children,
}: {
  of: Pick<UseQueryResult<Data>, 'data' | 'error' | 'isPending' | 'refetch'>;
  height?: number;
  children: (data: Data) => ReactNode;
}) {
  if (data !== undefined) return children(data);
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return isPending ? <Skeleton h={height} radius="md" role="status" aria-label="Loading" /> : null;
}
