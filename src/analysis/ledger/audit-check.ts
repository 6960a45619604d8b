/** One thing that has to hold. */
export type AuditCheck = {
  readonly name: string;
  readonly holds: boolean;
  /** What was compared, with figures. */
  readonly figures: string;
  /** What does not hold, one sentence each. */
  readonly problems: readonly string[];
};

/** A check that holds when there are no problems. */
export function auditCheck(name: string, figures: string, problems: readonly string[]): AuditCheck {
  return { name, holds: problems.length === 0, figures, problems };
}
