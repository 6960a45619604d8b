import type { ReactNode } from 'react';

/** A value on one line, cut where it is very long: rows of one height are what a long table scrolls well with. */
export function OneLine({ children }: { children: ReactNode }) {
  return <span className="one-line">{children}</span>;
}
