import { z } from 'zod';

/** What a node process is told on its command line, as JSON. */
export const nodeSettings = z.object({
  /** The context folder that all nodes share. */
  directory: z.string().min(1),
  nodeId: z.string().min(1),
  role: z.enum(['bootstrap_manager', 'architect', 'developer']),
  modelName: z.string(),
  strength: z.enum(['low', 'medium', 'high']),
  seed: z.number(),
  /** Ids of other nodes, to hand tasks over to. */
  peers: z.array(z.string()),
  /** How many workers the manager finds work for. */
  workers: z.int().min(1),
  /** Milliseconds until the node leaves by itself; absent for a node that stays until it is told to go. */
  durationMillis: z.number().positive().optional(),
  /** How much faster than life: all waiting and working is divided by it. */
  speed: z.number().positive(),
});

export type NodeSettings = Readonly<z.output<typeof nodeSettings>>;
