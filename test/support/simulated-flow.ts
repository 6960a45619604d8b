import { type SimulationPlan, simulateCluster } from '../../src/example/simulation/simulate-cluster.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import { WINDOW_END_MICROS } from './detect.ts';

/** What tells of tasks, nodes and persons: a twentieth of all that a simulated cluster tells. */
const FLOW = /^(?:task|node|human)\./;
const DAYS = 12;

/** Tasks and nodes of a simulated cluster in the twelve days before the end of the window. */
export function simulatedFlow(plan: Omit<SimulationPlan, 'fromMicros' | 'days' | 'faults'>): IncomingEvent[] {
  const fromMicros = WINDOW_END_MICROS - DAYS * MICROS_PER_DAY;
  return [...simulateCluster({ ...plan, fromMicros, days: DAYS })].filter(({ metric }) => FLOW.test(metric));
}
