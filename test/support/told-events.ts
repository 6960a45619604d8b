import type { IncomingEvent } from '../../src/model/event.ts';
import type { SourceContext, SourceNotice } from '../../src/sources/source.ts';
import type { ManualTime } from './manual-time.ts';

/** Takes what sources tell, as a store does: an identity counts once, and the first to arrive is kept. */
export class ToldEvents {
  /** All that was emitted, duplicates included. */
  readonly emitted: IncomingEvent[] = [];
  readonly notices: SourceNotice[] = [];

  /** What is kept, in order of arrival. */
  get kept(): IncomingEvent[] {
    const byIdentity = new Map<string, IncomingEvent>();
    for (const event of this.emitted) {
      const identity = event.identity ?? '';
      if (!byIdentity.has(identity)) byIdentity.set(identity, event);
    }
    return [...byIdentity.values()];
  }

  /** Kept events of one metric. */
  of(metric: string): IncomingEvent[] {
    return this.kept.filter((event) => event.metric === metric);
  }

  /** Kept events as short texts, without writes and snapshots: `task.claimed task-1 Node-A`. */
  get story(): string[] {
    return this.kept
      .filter(({ metric }) => metric !== 'state.write' && metric !== 'cluster.snapshot')
      .map(({ metric, data }) =>
        [metric, data['task_id'], data['node_id'], data['status'] ?? data['reason'] ?? data['outcome']]
          .filter((part) => part !== undefined)
          .join(' '),
      );
  }

  context(time: ManualTime): SourceContext {
    return {
      clock: time,
      timers: time,
      emit: (event) => void this.emitted.push(event),
      notice: (notice) => void this.notices.push(notice),
    };
  }
}
