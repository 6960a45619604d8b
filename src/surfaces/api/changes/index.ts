import type { Change } from '../define-change.ts';
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { decideInsight } from './decide-insight.ts';
import { runSql } from './run-sql.ts';

/** Everything that can be done through the API beside asking. A new one is one file, and one line here. */
export const CHANGES = [decideInsight, acknowledgeAlert, runSql] as const satisfies readonly Change[];
