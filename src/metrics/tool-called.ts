import { count, id, measure, name, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const TOOL_OUTCOMES = ['success', 'error', 'cancelled', 'timeout', 'unknown'] as const;

/** `tool`: it ran and failed. `protocol`: the call was refused, as for an unknown tool or bad arguments. */
const TOOL_ERROR_KINDS = ['tool', 'protocol'] as const;

export const toolCalled = defineMetric({
  name: 'tool.called',
  category: 'tools',
  doc: 'A tool was called and answered. Arguments and results are never kept, only their sizes.',
  fields: {
    task_id: id('The task during which it was called, where known.'),
    client: name('The program that called: `claude-code`, `codex`, `gemini-cli` … Absent where only the server tells.'),
    session_id: id("The client's session, or thread."),
    agent_id: id('The sub-agent that called, where it was one.'),
    server: name('The MCP server, or the client itself for built-in tools.'),
    tool: name("The tool's name."),
    duration_ms: measure('ms', 'From the request to the answer.'),
    outcome: oneOf(TOOL_OUTCOMES, 'How it ended.'),
    error_kind: oneOf(
      TOOL_ERROR_KINDS,
      'Of an error: `tool` when it ran and failed, `protocol` when the call was refused. Absent when not told.',
    ),
    request_bytes: count('Size of the request.'),
    response_bytes: count('Size of the answer.'),
  },
});
