import type { McpMount } from '../http/http-receiver.ts';
import { createMetricsServer } from './create-server.ts';
import { Desk, type DeskContext } from './desk.ts';
import { mountServer } from './mount-server.ts';

/** Our tools over HTTP, all requests at one desk. */
export async function openMcpMount(context: DeskContext): Promise<McpMount> {
  const desk = new Desk(context);
  return mountServer((nodeId) => createMetricsServer(desk, { nodeId }));
}
