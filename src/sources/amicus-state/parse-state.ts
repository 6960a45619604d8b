import { hash } from 'node:crypto';
import { SPAWN_RECOMMENDATIONS, WORKLOAD_STATUSES } from '../../metrics/cluster-snapshot.ts';
import { messageKey } from '../../model/identity.ts';
import type { ClusterModel, MessageState, Workload } from './cluster-model.ts';
import { CLUSTER_FIELDS, MESSAGE_FIELDS, STATE_FIELDS, WORKLOAD_FIELDS } from './field-names.ts';
import { parseNodes } from './parse-nodes.ts';
import { parseTasks, writtenSteps } from './parse-tasks.ts';
import { countOf, flagOf, isObject, type JsonObject, microsOf, nameOf, pick, textOf, wordOf } from './read-value.ts';

/** Why a file's content is no state. All of them may pass: a writer may be in the middle of it. */
export type UnreadableCode = 'state_empty' | 'state_not_json' | 'state_not_an_object';

export type ParsedJson =
  | { readonly readable: true; readonly root: JsonObject }
  | { readonly readable: false; readonly code: UnreadableCode };

/** What a state file's bytes hold, before anything is read into it. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  // TextDecoder drops a byte order mark and replaces what is not UTF-8, so that one bad byte costs one character.
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return { readable: false, code: 'state_empty' };
  try {
    const root: unknown = JSON.parse(text);
    return isObject(root) ? { readable: true, root } : { readable: false, code: 'state_not_an_object' };
  } catch {
    return { readable: false, code: 'state_not_json' };
  }
}

/** One look at a file: its bytes, when it was written, and the time of the look (to refuse times in the far future). */
export type Look = { readonly bytes: Uint8Array; readonly mtimeMicros: number; readonly nowMicros: number };

export type ParsedState =
  | { readonly readable: true; readonly model: ClusterModel }
  | { readonly readable: false; readonly code: UnreadableCode };

/** The cluster that a state file shows. Every field may be missing or of another type; only broken JSON is refused. */
export function parseState(look: Look): ParsedState {
  const json = parseJson(look.bytes);
  if (!json.readable) return json;
  const { root } = json;
  const { nowMicros, mtimeMicros } = look;
  const files = pick(root, STATE_FIELDS.activeFiles);
  const summary = pick(root, STATE_FIELDS.summary);
  return {
    readable: true,
    model: {
      version: {
        mtimeMicros,
        sizeBytes: look.bytes.length,
        contentHash: hash('sha256', look.bytes).slice(0, 24),
        writtenMicros: microsOf(pick(root, STATE_FIELDS.written), nowMicros),
      },
      ...parseTasks(writtenSteps(root), parseNodes(root, nowMicros), look),
      messages: parseMessages(root, nowMicros),
      workload: parseWorkload(root, nowMicros),
      activeFiles: Array.isArray(files) ? files.length : 0,
      askUser: flagOf(pick(root, STATE_FIELDS.askUser)),
      agreementReached: typeof summary === 'string' && summary.includes('AGREEMENT_REACHED'),
    },
  };
}

/** Messages as they are written: texts, or objects with some of the known fields. */
export function writtenMessages(root: JsonObject): readonly unknown[] {
  const messages = pick(root, STATE_FIELDS.messages);
  return Array.isArray(messages) ? messages : [];
}

function parseMessages(root: JsonObject, nowMicros: number): readonly MessageState[] {
  return writtenMessages(root).flatMap((message) => {
    const fields = isObject(message) ? message : {};
    const body = isObject(message) ? textOf(pick(fields, MESSAGE_FIELDS.body)) : textOf(message);
    if (body === undefined && !isObject(message)) return [];
    const id = textOf(pick(fields, MESSAGE_FIELDS.id));
    const sender = nameOf(pick(fields, MESSAGE_FIELDS.sender));
    const sentMicros = microsOf(pick(fields, MESSAGE_FIELDS.sent), nowMicros);
    const to = wordOf(pick(fields, MESSAGE_FIELDS.to));
    return [
      {
        key: messageKey({ id, sender, sentMicros, body: body ?? '' }),
        distinct: id !== undefined || sentMicros !== undefined,
        sentMicros,
        nodeId: sender,
        kind: to === undefined || /^(?:\*|all|everyone|broadcast)$/.test(to) ? 'broadcast' : 'direct',
        sizeBytes: body === undefined ? undefined : Buffer.byteLength(body),
      },
    ];
  });
}

function parseWorkload(root: JsonObject, nowMicros: number): Workload {
  const cluster = pick(root, STATE_FIELDS.cluster);
  const work = pick(root, STATE_FIELDS.workload);
  const ofCluster = isObject(cluster) ? cluster : {};
  const ofWork = isObject(work) ? work : {};
  const status = wordOf(pick(ofWork, WORKLOAD_FIELDS.status));
  const advice = wordOf(pick(ofWork, WORKLOAD_FIELDS.advice));
  return {
    maxNodes: countOf(pick(ofCluster, CLUSTER_FIELDS.maxNodes)),
    managerId: nameOf(pick(ofCluster, CLUSTER_FIELDS.manager)),
    status: WORKLOAD_STATUSES.find((known) => known === status),
    advice: SPAWN_RECOMMENDATIONS.find((known) => known === advice),
    assessedMicros: microsOf(pick(ofWork, WORKLOAD_FIELDS.assessed), nowMicros),
  };
}
