import { defineCommand, valueOption } from '../command.ts';

export const hookCommand = defineCommand({
  description:
    'For hooks of coding agents: reads what the agent gives a hook on standard input (Claude Code, Codex, Gemini CLI, ' +
    'Qwen Code, Cursor) and records sessions, calls of tools, changed lines and failed requests, as names and numbers. ' +
    'Always exits with 0 and prints nothing, whatever it gets. Records into the .ai folder of the project or the ' +
    'nearest one above the working folder; where there is none, nothing. AMICUS_NODE_ID and AMICUS_TASK_ID, where set, ' +
    'say for whom.',
  arguments: {},
  options: {
    client: valueOption('<client>', 'whose hook it is; default: told from what it gives', {
      words: ['claude-code', 'codex', 'gemini-cli', 'qwen-code', 'cursor'],
    }),
  },
  examples: [
    {
      line: `echo '{"hook_event_name":"SessionStart","session_id":"s1","source":"startup"}' | amicus-metrics hook`,
      doc: 'what a client does when a session begins',
    },
  ],
  // Run by run-cli.ts without commander, whose refusals would be printed.
  async run(context) {
    const { runHook } = await import('../run-hook.ts');
    return runHook(context);
  },
});
