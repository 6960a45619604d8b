import { Box } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is wider than a narrow screen: moved sideways, with the keyboard too. */
export function ScrollRegion({ label, minWidth, children }: { label: string; minWidth: number; children: ReactNode }) {
  return (
    <Box style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <Box miw={minWidth}>{children}</Box>
    </Box>
  );
}
