import { describe, expect, it } from 'vitest';

import { codeChurn } from '../../../src/analysis/reports/code-churn.ts';
import { eventsOf, type Told } from '../../support/clock-events.ts';

const DAY = 86_400;
const change = (days: number, taskId: string | undefined, files: readonly string[], more = {}): Told => [
  days * DAY,
  'code.changed',
  'Node-A',
  { task_id: taskId, files_modified: files, lines_added: 10, lines_deleted: 1, ...more },
];

describe('churn', () => {
  it('is of changes whose files another task changed again within three days', () => {
    const churn = codeChurn(
      eventsOf([
        change(0, 't-1', ['a.ts', 'b.ts']),
        // Its own second change is no churn, and does not hide that of t-2.
        change(1, 't-1', ['a.ts'], { lines_added: 5, lines_deleted: 0 }),
        change(2, 't-2', ['a.ts']),
        change(6, 't-3', ['a.ts', 'b.ts']),
        change(6.5, undefined, ['a.ts']),
      ]),
    );
    expect(churn).toMatchObject({
      tasks: 3,
      linesAdded: 35,
      linesDeleted: 3,
      changedAgain: { hits: 1, total: 3 },
      againLinesAdded: 15,
      againLinesDeleted: 1,
    });
  });

  it('tells the growth of complexity of those tasks alone of which it is known', () => {
    const told = [4, -1, 2].map((delta, place) =>
      change(place * 10, `t-${place}`, ['a.ts'], { complexity_delta: delta }),
    );
    const { complexity } = codeChurn(eventsOf([...told, change(50, 't-9', ['b.md'])]));
    expect(complexity).toEqual({ tasks: 3, total: 5, median: 2 });
  });

  it('counts what git and a client both tell once', () => {
    const told = [change(0, 't-1', ['a.ts']), change(0.1, 't-1', ['a.ts'], { client: 'c', session_id: 's' })];
    expect(codeChurn(eventsOf(told))).toMatchObject({ linesAdded: 10, linesDeleted: 1 });
  });
});
