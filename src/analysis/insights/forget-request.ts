import type { Subject } from '../detectors/finding.ts';
import { findingId } from '../detectors/finding.ts';

/** Ids of what is to be forgotten. */
export type ForgottenIds = {
  readonly nodes: readonly string[];
  readonly tasks: readonly string[];
  readonly sessions: readonly string[];
};

type NamedIn = { readonly field: string; readonly texts: readonly string[]; readonly ends?: readonly string[] };

/** Where these ids stand in events, as a store is asked to remove them. */
type ForgetRequest = {
  readonly subjects: readonly NamedIn[];
  readonly mentions: readonly NamedIn[];
  readonly listed: readonly string[];
};

/** Fields that hold the id of a finding, which ends in whom or what it is about. */
const FINDING_FIELDS = ['finding_id', 'advice_id'];
/** Alerts go by groups: values of any field, or findings. */
const GROUP_FIELD = 'group';

/**
 * An event goes when it is about such a node, task or session: by its `node_id`, `task_id` or `session_id`, or as a
 * finding, a decision or an alert about it. Where it is about another and only names it, in a field whose name ends in
 * the same or in a list, the event stays and the name goes: what another node did is no part of the request.
 */
export function forgetRequestOf({ nodes, tasks, sessions }: ForgottenIds): ForgetRequest {
  const kinds = [
    ['node', nodes],
    ['task', tasks],
    ['session', sessions],
  ] as const;
  const ends = [...endingsOf('node', nodes), ...endingsOf('task', tasks)];
  const listed = [...nodes, ...tasks, ...sessions];
  return {
    subjects: [
      ...kinds.map(([kind, texts]) => ({ field: `${kind}_id`, texts })),
      ...FINDING_FIELDS.map((field) => ({ field, texts: [], ends })),
      { field: GROUP_FIELD, texts: listed, ends },
    ],
    mentions: kinds.map(([kind, texts]) => ({ field: `_${kind}_id`, texts })),
    listed,
  };
}

/** What ids of findings about these end in, whichever detector found them. */
const endingsOf = (kind: Subject['kind'], ids: readonly string[]): string[] =>
  ids.map((id) => findingId({ kind: '', subject: { kind, id } }));
