import type { Clock } from '../../src/model/clock.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { GitSource } from '../../src/sources/git/git-source.ts';
import type { SourceNotice } from '../../src/sources/source.ts';

const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' };
/** Commits of the samples are older. */
export const CLAIM_MICROS = 1_790_000_000e6;

/** A git source that hears of claims and ends, and all that it tells. */
export class Watching {
  readonly events: IncomingEvent[] = [];
  readonly notices: SourceNotice[] = [];
  readonly source: GitSource;

  constructor(directory: string, git: 'auto' | 'off' = 'auto') {
    this.source = new GitSource({ directory, environment, git });
  }

  async start(): Promise<this> {
    const emit = (event: IncomingEvent): void => void this.events.push(event);
    const notice = (it: SourceNotice): void => void this.notices.push(it);
    // The moment of the claims, so that what is written with it is neither old nor in the future.
    const clock: Clock = { nowMicros: () => CLAIM_MICROS, monotonicMillis: () => performance.now() };
    await this.source.start({ clock, emit, notice });
    return this;
  }

  async hear(metric: string, task: string, node: string): Promise<void> {
    this.source.hear({
      metric,
      atMicros: metric === 'task.claimed' ? CLAIM_MICROS : CLAIM_MICROS + 5e6,
      source: 'amicus-state',
      inferred: false,
      identity: `${metric} ${task}`,
      data: { task_id: task, node_id: node },
    });
    await this.source.poll();
  }

  claim = (task: string, node = 'Node-A1'): Promise<void> => this.hear('task.claimed', task, node);
  complete = (task: string, node = 'Node-A1'): Promise<void> => this.hear('task.completed', task, node);
}
