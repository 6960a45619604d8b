import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ApiError } from './api-error.ts';
import { Answer, EmptyState } from './states.tsx';

/** The answer about one thing that the address names; says so where there is no such thing. */
export function Found<Data>({
  of,
  height,
  missing,
  children,
}: {
  of: Pick<UseQueryResult<Data>, 'data' | 'error' | 'isPending' | 'refetch'>;
  height: number;
  /** Where else to look. */
  missing: string;
  children: (data: Data) => ReactNode;
}) {
  const isMissing = of.data === undefined && of.error instanceof ApiError && of.error.code === 'NOT_FOUND';
  if (isMissing) return <EmptyState title={of.error?.message ?? ''}>{missing}</EmptyState>;
  return (
    <Answer of={of} height={height}>
      {children}
    </Answer>
  );
}
