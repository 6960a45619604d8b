import { z } from 'zod';
import { isSafeCommand, runCommand } from '../safe-command.ts';
import { isSafePath } from '../safe-path.ts';
import { defineTool, ToolRefusal } from './tool.ts';

const isSafePathTool = defineTool({
  name: 'is_safe_path',
  description: 'Ask whether a path lies inside the workspace.',
  input: z.object({ path: z.string().min(1).max(4096) }),
  async run(bus, { path }) {
    return String(isSafePath(bus.workspace, path));
  },
});

const executeSafeCommand = defineTool({
  name: 'execute_safe_command',
  description:
    'Run one of a short list of harmless commands in the workspace: git status, ls, npm test, pytest and such.',
  input: z.object({ command: z.string().min(1).max(128), args: z.array(z.string().max(4096)).max(64).default([]) }),
  async run(bus, { command, args }) {
    if (!isSafeCommand(bus.workspace, command, args))
      throw new ToolRefusal(`"${command}" with these arguments is not allowed.`);
    const { exitCode, output } = await runCommand(bus.workspace, command, args);
    return `exit code: ${exitCode}\n${output}`;
  },
});

/** Paths and commands that stay inside the workspace. */
export const SAFETY_TOOLS = [isSafePathTool, executeSafeCommand] as const;
