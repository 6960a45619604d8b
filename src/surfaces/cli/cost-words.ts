import type { CostDimension } from '../../analysis/reports/cost-report.ts';

/** What stands for a part that is not told. */
export const NOT_TOLD: Readonly<Record<CostDimension, string>> = {
  model: '(unknown)',
  role: '(unattributed)',
  node: '(unattributed)',
  task: '(unattributed)',
  client: '(unknown)',
  session: '(unknown)',
  agent: '(main)',
  cluster: '(none)',
  feed: '(unknown)',
  day: '',
};

/** How nodes or tasks became known, in words. */
export const WAY_TEXT: Readonly<Record<string, string>> = {
  told: 'told by its source',
  session: "concluded from the client's session",
  claim: 'concluded from the task that the node held',
  expired: 'expired with single events',
};
