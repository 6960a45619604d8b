import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import { type Interval, medianInterval } from '../statistics/intervals.ts';
import { median } from '../statistics/quantiles.ts';
import { numberField, textField } from './answerer.ts';
import { changesThatCount } from './changes-that-count.ts';
import { type Share, shareOf } from './share.ts';

/** A file that another task changes again within so many days was not finished, or is where everybody meets. */
export const CHURN_DAYS = 3;

/**
 * What tasks changed. Whether a line was deleted soon after it was added nobody sees: events name files and count
 * lines. Churn is therefore what can be seen: changes with a file that another task changed again within three days,
 * and all lines of these changes.
 */
export type CodeChurn = {
  readonly tasks: number;
  readonly linesAdded: number;
  readonly linesDeleted: number;
  /** Tasks with a change of a file that another task changed again soon, of those whose files are known. */
  readonly changedAgain: Share;
  readonly againLinesAdded: number;
  readonly againLinesDeleted: number;
  /** Growth of cyclomatic complexity: in all, and of the middle task with its 95 % interval. Of tasks that it is known of. */
  readonly complexity: {
    readonly tasks: number;
    readonly total: number;
    readonly median: number | undefined;
  } & Partial<Interval>;
};

type Change = {
  readonly taskId: string;
  readonly atMicros: number;
  readonly files: readonly string[];
  readonly added: number;
  readonly deleted: number;
  readonly complexity: number | undefined;
};

/** What tasks changed in a span. `changes` oldest first; those without a task are left out, each telling counts once. */
export function codeChurn(changes: readonly StoredEvent[]): CodeChurn {
  const told = Map.groupBy(changes, (event) => textField(event, 'task_id') ?? '');
  told.delete('');
  const counted = [...told].flatMap(([taskId, own]) => changesThatCount(own).map((event) => toChange(taskId, event)));
  const again = counted.filter(isChangedAgain(counted));
  const withFiles = new Set(counted.filter(({ files }) => files.length > 0).map(({ taskId }) => taskId));
  const complexities = complexityByTask(counted);
  const values = [...complexities.values()];
  return {
    tasks: told.size,
    linesAdded: sum(counted, ({ added }) => added),
    linesDeleted: sum(counted, ({ deleted }) => deleted),
    changedAgain: shareOf(new Set(again.map(({ taskId }) => taskId)).size, withFiles.size),
    againLinesAdded: sum(again, ({ added }) => added),
    againLinesDeleted: sum(again, ({ deleted }) => deleted),
    complexity: {
      tasks: values.length,
      total: values.reduce((total, value) => total + value, 0),
      median: median(values),
      ...medianInterval(values),
    },
  };
}

function toChange(taskId: string, event: StoredEvent): Change {
  const files = event.data['files_modified'];
  return {
    taskId,
    atMicros: event.atMicros,
    files: Array.isArray(files) ? files.map(String) : [],
    added: numberField(event, 'lines_added') ?? 0,
    deleted: numberField(event, 'lines_deleted') ?? 0,
    complexity: numberField(event, 'complexity_delta'),
  };
}

/** Walks back through time, so that of each file the next change of another task is at hand. */
function isChangedAgain(changes: readonly Change[]): (change: Change) => boolean {
  const found = new Set<Change>();
  /** Of each file the next change, and the next one by another task than that. */
  const next = new Map<string, { readonly first: Change; readonly other: Change | undefined }>();
  for (const change of changes.toSorted((a, b) => b.atMicros - a.atMicros)) {
    for (const file of change.files) {
      const later = next.get(file);
      const other = later?.first.taskId === change.taskId ? later.other : later?.first;
      if (other !== undefined && other.atMicros - change.atMicros <= CHURN_DAYS * MICROS_PER_DAY) found.add(change);
      next.set(file, { first: change, other });
    }
  }
  return (change) => found.has(change);
}

function complexityByTask(changes: readonly Change[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { taskId, complexity } of changes) {
    if (complexity !== undefined) sums.set(taskId, (sums.get(taskId) ?? 0) + complexity);
  }
  return sums;
}

function sum(changes: readonly Change[], of: (change: Change) => number): number {
  return changes.reduce((total, change) => total + of(change), 0);
}
