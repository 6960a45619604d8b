import { AgentHistoriesSource } from './histories/agent-histories-source.ts';
import { AmicusNativeSource } from './amicus-native.ts';
import { AmicusStateSource } from './amicus-state/amicus-state-source.ts';
import { GitSource } from './git/git-source.ts';
import type { SourceDefinition } from './source.ts';

/** Every source that follows something live in a context folder, in the order in which they are started. */
export const LIVE_SOURCES: readonly SourceDefinition[] = [
  {
    name: 'amicus-state',
    doc: 'Follows `state.json` of an unmodified Amicus: nodes, tasks, messages and writes, from their changes.',
    open: (place) => new AmicusStateSource(place),
  },
  {
    name: 'amicus-native',
    doc: 'Reads the events that some versions of Amicus record themselves in `metrics.db`.',
    open: (place) => new AmicusNativeSource(place),
  },
  {
    name: 'agent-histories',
    doc: 'Follows what Claude Code, Codex, Gemini CLI, Copilot CLI, OpenCode and Qwen Code keep of their sessions here.',
    open: (place) => new AgentHistoriesSource(place),
  },
  {
    name: 'git',
    doc: 'Counts what is changed in the git repository here, for each task from its claim to its end.',
    open: (place) => new GitSource(place),
  },
];
