import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import { quantile } from '../statistics/quantiles.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { readSingly } from './read-singly.ts';

type Touch = { readonly atMicros: number; readonly nodeId: string };
/** A file that went from node to node. */
type HotFile = {
  readonly path: string;
  readonly nodes: ReadonlySet<string>;
  readonly handovers: number;
  readonly firstMicros: number;
};

/** Two nodes that change the same file at the same time, again and again. */
export const hotFile = defineDetector({
  kind: 'hot_file',
  title: 'Hot files',
  doc:
    'Looks for files that two or more nodes change in turn, each shortly after the other, more often than files here are ' +
    'shared by chance. Such work collides: one node builds on what the other is changing.',
  parameters: {
    within_minutes: {
      value: 60,
      unit: 'minutes',
      doc: 'A change counts when another node changed the file so shortly before.',
    },
    min_handovers: { value: 4, unit: 'changes', doc: 'Such changes of one file within the window, at least.' },
    usual_ratio: { value: 3, unit: 'times', doc: 'And so many times what the most shared of the other files have.' },
  },
  async gather(ask, window): Promise<readonly StoredEvent[]> {
    return readSingly(ask, 'code.changed', window.fromMicros, window.toMicros);
  },
  judge(events, window, values) {
    const files = touchedFiles(events);
    if (files.size === 0) return { state: 'no_data', reason: 'No change of a file was recorded.', findings: [] };
    const within = values.within_minutes * MICROS_PER_MINUTE;
    const counted = [...files].map(([path, touches]) => toHotFile(path, touches, within));
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const findings = counted
      .filter((file) => file.handovers >= neededHandovers(counted, file, values.min_handovers, values.usual_ratio))
      .sort((a, b) => b.handovers - a.handovers)
      .map((file) => toFinding(file, window, days));
    return findings.length > 0
      ? { state: 'findings', reason: `${findings.length} files went back and forth between nodes.`, findings }
      : { state: 'clear', reason: `Of ${files.size} files none went back and forth between nodes.`, findings };
  },
});

/** By file, who changed it when, oldest first. Changes of which no node is known tell nothing here. */
function touchedFiles(events: readonly StoredEvent[]): ReadonlyMap<string, readonly Touch[]> {
  const files = new Map<string, Touch[]>();
  for (const { atMicros, node_id: nodeId, data } of events) {
    const paths = data['files_modified'];
    if (nodeId === undefined || !Array.isArray(paths)) continue;
    for (const path of paths as readonly string[]) {
      const touches = files.get(path);
      if (touches === undefined) files.set(path, [{ atMicros, nodeId }]);
      else touches.push({ atMicros, nodeId });
    }
  }
  return files;
}

function toHotFile(path: string, touches: readonly Touch[], within: number): HotFile {
  let handovers = 0;
  for (const [index, touch] of touches.entries()) {
    const previous = touches[index - 1];
    if (previous === undefined || previous.nodeId === touch.nodeId) continue;
    if (touch.atMicros - previous.atMicros <= within) handovers += 1;
  }
  const nodes = new Set(touches.map(({ nodeId }) => nodeId));
  return { path, nodes, handovers, firstMicros: touches[0]?.atMicros ?? 0 };
}

/** Among the other files that several nodes changed, what is much. */
function neededHandovers(files: readonly HotFile[], file: HotFile, least: number, ratio: number): number {
  const others = files
    .filter((other) => other !== file && other.nodes.size > 1)
    .map(({ handovers }) => handovers)
    .sort((a, b) => a - b);
  return Math.max(least, ratio * (quantile(others, 0.75) ?? 0));
}

function toFinding(
  file: HotFile,
  window: { readonly fromMicros: number; readonly toMicros: number },
  days: number,
): Finding {
  const count = { value: file.handovers, unit: 'count', samples: file.handovers } as const;
  return {
    kind: 'hot_file',
    subject: { kind: 'file', id: file.path },
    severity: 'warning',
    summary: `${file.nodes.size} nodes changed one file in turn, ${file.handovers} times shortly after each other.`,
    observed: count,
    effect: { value: file.handovers / days, unit: 'per_day', samples: file.handovers },
    impact: {},
    sinceMicros: file.firstMicros,
    evidence: [
      {
        shows: 'changes of files in the window; look for this one',
        metric: 'code.changed',
        filters: { node_id: [...file.nodes] },
        fromMicros: window.fromMicros,
        toMicros: window.toMicros,
      },
    ],
    facts: { path: file.path, nodes: file.nodes.size, handovers: file.handovers },
  };
}
