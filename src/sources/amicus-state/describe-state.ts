import {
  CLUSTER_FIELDS,
  MESSAGE_FIELDS,
  NODE_FIELDS,
  STATE_FIELDS,
  TASK_FIELDS,
  WORKLOAD_FIELDS,
} from './field-names.ts';
import { nodeEntries } from './parse-nodes.ts';
import { writtenSteps } from './parse-tasks.ts';
import { parseJson, type UnreadableCode, writtenMessages } from './parse-state.ts';
import { isObject, type JsonObject, looksLikeId, pick } from './read-value.ts';
import { readStateFile, type StateReading } from './state-file.ts';

/** A field as it occurs: where, how often, and whether it is read. Never its values. */
export type FieldReport = {
  readonly place: 'state' | 'node' | 'task' | 'message' | 'cluster_metadata' | 'work_distribution';
  readonly field: string;
  readonly recognised: boolean;
  /** In how many objects of that place it occurs. */
  readonly count: number;
};

/** What of a live state file is understood, so that users of an unknown version can report gaps. */
export type StateDescription =
  | {
      readonly readable: true;
      readonly sizeBytes: number;
      readonly nodes: number;
      readonly tasks: number;
      readonly messages: number;
      /** How tasks are written: nothing at all, lines of a text, or objects with or without ids of their own. */
      readonly steps: 'none' | 'text' | 'objects' | 'objects_without_ids' | 'mixed';
      /** Recognised ones first, then by place and number. At most 100 that are not recognised. */
      readonly fields: readonly FieldReport[];
    }
  | {
      readonly readable: false;
      readonly why:
        | UnreadableCode
        | Extract<StateReading, { code: string }>['code']
        | 'state_missing'
        | 'state_too_large';
    };

/** Enough to see a version's dialect; a file that uses texts as field names must not fill the screen. */
const MAX_UNKNOWN_FIELDS = 100;

/** Describes the state file of a context folder. Reads only. */
export function describeState(directory: string): StateDescription {
  const reading = readStateFile(directory, undefined);
  if (reading.kind === 'too_large') return { readable: false, why: 'state_too_large' };
  if (reading.kind === 'unreadable') return { readable: false, why: reading.code };
  if (reading.kind !== 'read') return { readable: false, why: 'state_missing' };
  return describeBytes(reading.bytes);
}

/** Describes the content of a state file. Pure. */
export function describeBytes(bytes: Uint8Array): StateDescription {
  const json = parseJson(bytes);
  if (!json.readable) return { readable: false, why: json.code };
  const { root } = json;
  const steps = writtenSteps(root);
  const nodes = nodeEntries(root).map(([, entry]) => entry);
  const messages = writtenMessages(root);
  const objectsOf = (spellings: readonly string[]): readonly JsonObject[] => [pick(root, spellings)].filter(isObject);
  const fields = [
    ...reportOf('state', [root], STATE_FIELDS),
    ...reportOf('node', nodes, NODE_FIELDS),
    ...reportOf(
      'task',
      steps.map((step) => step.fields),
      TASK_FIELDS,
    ),
    ...reportOf('message', messages.filter(isObject), MESSAGE_FIELDS),
    ...reportOf('cluster_metadata', objectsOf(STATE_FIELDS.cluster), CLUSTER_FIELDS),
    ...reportOf('work_distribution', objectsOf(STATE_FIELDS.workload), WORKLOAD_FIELDS),
  ];
  return {
    readable: true,
    sizeBytes: bytes.length,
    nodes: nodes.length,
    tasks: steps.length,
    messages: messages.length,
    steps: shapeOf(steps.map((step) => step.fields)),
    fields: [
      ...fields.filter((report) => report.recognised),
      ...fields.filter((report) => !report.recognised).slice(0, MAX_UNKNOWN_FIELDS),
    ],
  };
}

function reportOf(
  place: FieldReport['place'],
  objects: readonly JsonObject[],
  known: Readonly<Record<string, readonly string[]>>,
): readonly FieldReport[] {
  const spellings = new Set(Object.values(known).flat());
  const counts = new Map<string, number>();
  for (const object of objects) {
    for (const field of Object.keys(object)) counts.set(field, (counts.get(field) ?? 0) + 1);
  }
  const reports = [...counts].map(([field, count]): FieldReport => {
    // A field name that is no identifier may be content; its place and number say enough.
    const shown = field.length <= 64 && looksLikeId(field) ? field : '(not an identifier)';
    return { place, field: shown, recognised: spellings.has(field), count };
  });
  return reports.sort((a, b) => b.count - a.count);
}

function shapeOf(steps: readonly JsonObject[]): Extract<StateDescription, { readable: true }>['steps'] {
  const shapes = new Set(
    steps.map((fields) => {
      if (Object.keys(fields).length === 0) return 'text';
      return pick(fields, TASK_FIELDS.id) === undefined ? 'objects_without_ids' : 'objects';
    }),
  );
  const [only = 'none'] = shapes;
  return shapes.size > 1 ? 'mixed' : only;
}
