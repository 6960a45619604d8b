import { CLUSTER_TOOLS } from './cluster-tools.ts';
import { NODE_TOOLS } from './node-tools.ts';
import { SAFETY_TOOLS } from './safety-tools.ts';
import { STATE_TOOLS } from './state-tools.ts';
import { TASK_TOOLS } from './task-tools.ts';
import type { BusTool } from './tool.ts';

/** Every tool of the bus: the fifteen of Amicus. */
export const TOOLS: readonly BusTool[] = [
  ...STATE_TOOLS,
  ...TASK_TOOLS,
  ...NODE_TOOLS,
  ...CLUSTER_TOOLS,
  ...SAFETY_TOOLS,
];
