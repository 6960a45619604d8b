import { z } from 'zod';
import { type AmicusState, listOf } from '../amicus-state.ts';
import { touch } from '../node-registry.ts';
import { stateText } from '../state-text.ts';
import { nodeIdArgument } from './arguments.ts';
import { defineTool } from './tool.ts';

const modelInfo = z.object({
  name: z.string().max(128),
  strength: z.enum(['low', 'medium', 'high', 'unknown']).default('unknown'),
});

const updateState = defineTool({
  name: 'update_state',
  description: 'Write the shared context: progress, next steps, files being worked on, whether a human is needed.',
  input: z.object({
    summary: z.string().max(20_000).optional(),
    next_steps: z
      .union([z.string().max(1_000_000), z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).max(10_000)])
      .optional()
      .describe('Replaces the whole queue. Use add_task to add to it.'),
    active_files: z.array(z.string().max(1024)).max(1000).optional(),
    ask_user: z.boolean().default(false),
    model_info: modelInfo.optional(),
    messages: z.array(z.unknown()).max(1000).optional().describe('Added to the messages.'),
    agent_id: nodeIdArgument.optional(),
  }),
  async run(bus, { model_info: model, agent_id: nodeId, messages, ...given }) {
    if (nodeId !== undefined) bus.session.introduce(nodeId);
    await bus.state.change((state, nowSeconds) => {
      const sent = messages === undefined ? undefined : [...listOf(state['messages']), ...messages];
      const next: AmicusState = { ...state, ...withoutAbsent({ ...given, messages: sent }) };
      const writer = nodeId ?? bus.session.nodeId;
      return { state: writer === undefined ? next : touch(next, writer, model, nowSeconds), answer: undefined };
    });
    return 'State updated.';
  },
});

const readState = defineTool({
  name: 'read_state',
  description: 'Read the shared context.',
  input: z.object({}),
  async run(bus) {
    return stateText(await bus.state.read());
  },
});

const toggleTracking = defineTool({
  name: 'toggle_tracking',
  description: 'Pause or resume all writing to the shared context, for sessions that should leave no trace.',
  input: z.object({ enabled: z.boolean() }),
  async run(bus, { enabled }) {
    await bus.state.change((state) => ({ state: { ...state, tracking_enabled: enabled }, answer: undefined }), true);
    return enabled ? 'Tracking is on.' : 'Tracking is off.';
  },
});

/** The shared context itself. */
export const STATE_TOOLS = [updateState, readState, toggleTracking] as const;

function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
