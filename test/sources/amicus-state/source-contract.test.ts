import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AmicusStateSource } from '../../../src/sources/amicus-state/amicus-state-source.ts';
import { describeSource, SECRET, type SourceStage } from '../../contracts/source-contract.ts';
import { replaceState, type StateDocument } from '../../support/state-documents.ts';

const stage = (options: {
  title: string;
  watch: boolean;
  document(n: number, at: number): StateDocument;
}): SourceStage => ({
  title: options.title,
  open: (directory) => new AmicusStateSource({ directory, watch: options.watch }),
  watchedFiles: ['state.json'],
  ownFiles: /^amicus-state\.baseline\.json$/,
  happen: (directory, n, time) => replaceState(directory, options.document(n, time.seconds), time.seconds),
  damage: (directory) => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'state.json'), '{"summary": "half');
  },
  remove: (directory) => rmSync(join(directory, 'state.json'), { force: true }),
});

const STATUSES = ['idle', 'working', 'idle', 'terminated'];

describeSource(
  'amicus-state',
  stage({
    title: 'of a file with ids and times',
    watch: true,
    document: (n, at) => ({
      summary: SECRET,
      [`${SECRET}-field`]: 1,
      active_files: ['src/a.ts'],
      messages: Array.from({ length: n }, (_, i) => ({
        from: 'Node-A',
        message: `${SECRET} ${i}`,
        timestamp: 1_795_478_401 + i,
      })),
      cluster_nodes: {
        'Node-A': {
          role: 'developer',
          model: { name: 'big-model' },
          status: STATUSES[n - 1],
          current_task_id: n === 2 ? `${SECRET} task` : null,
          last_heartbeat: at,
          registered_at: 1_795_478_400.5,
        },
      },
      next_steps: [
        {
          id: 'task-1',
          task: `${SECRET} task`,
          status: ['pending', 'in_progress', 'completed', 'completed'][n - 1],
          created_at: 1_795_478_400.25,
          claimed_at: n > 1 ? 1_795_478_405.5 : undefined,
          completed_at: n > 2 ? 1_795_478_410.75 : undefined,
          assigned_to: n > 1 ? 'Node-A' : undefined,
          outcome: n > 2 ? 'success' : undefined,
          notes: SECRET,
        },
        ...(n > 2 ? [{ id: `${SECRET} as an id`, task: SECRET, status: 'pending', owner: `${SECRET} is nobody` }] : []),
      ],
    }),
  }),
);

describeSource(
  'amicus-state',
  stage({
    title: 'of a file without ids and times, claims as markers in the text',
    watch: false,
    document: (n, at) => ({
      summary: SECRET,
      messages: Array.from({ length: n }, () => `${SECRET} again and again`),
      cluster_nodes: [{ agent_id: 'Node-A', status: STATUSES[n - 1], last_heartbeat: `${at}` }],
      next_steps: [
        n === 2 ? `[IN PROGRESS by Node-A] ${SECRET} one` : n > 2 ? `[done by Node-A] ${SECRET} one` : `${SECRET} one`,
        ...(n > 2 ? [`${SECRET} two`] : []),
      ],
    }),
  }),
);
